"""Writes ``docs/misconceptions.md``: what each rule says, where it must speak.

    python tests/misconceptions_page.py

The rules themselves are asked, with the evidence that their own tests give them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evidence_builder import LESSON
from test_rules import PAIRS, RULES

from autograder.checks import Failed
from autograder.rules.registry import misconceptions, rules_of
from autograder.rules.rule import Rule

PAGE = Path(__file__).parent.parent / "docs" / "misconceptions.md"
BEGINNING = f"""\
# Misconceptions

A check that fails names the mistake behind it, and tells of it in four rungs: what was found, what
to look at next, and, for those who ask, why it matters and how to put it right. This page lists
what “{LESSON.title}” can name, with an example of each. It is written from the rules in
`autograder/rules/` and in the lesson by `python tests/misconceptions_page.py`; a test holds it to
them.

What is merely different has no name and loses no point. Where an accuracy is below the bar, the
share that was reached and the bar are said first, and then the cause as it stands here.
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join([BEGINNING, *_parts()])


def _parts() -> Iterator[str]:
    asked = rules_of(LESSON)
    for name, rules in misconceptions(LESSON).items():
        yield f"## {name}\n"
        for one in rules:
            checks = [f"`{check}`" for check, known in asked.items() if one in known]
            told = _told(one)
            yield f"{one.meaning} *Asked by {_listed(checks)}.*\n"
            yield f"1. **Found:** {told.message}"
            yield f"2. **Next:** {told.help}"
            yield f"3. **Why:** {told.why}"
            yield f"4. **How:** {told.how}\n"


def _told(one: Rule[Any]) -> Failed:
    pair = next(
        (PAIRS[name] for name, rule in RULES.items() if rule is one and name in PAIRS), None
    )
    found = pair.asked(pair.speaks, one) if pair else one()
    assert found
    return found


def _listed(checks: list[str]) -> str:
    return ", ".join(checks[:3]) + (f" and {len(checks) - 3} more" if len(checks) > 3 else "")


if __name__ == "__main__":
    PAGE.write_text(page())
