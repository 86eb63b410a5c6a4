"""Writes ``docs/misconceptions.md``: what each rule says, where it must speak.

    PYTHONPATH=tests python -m support.misconceptions_page

The rules themselves are asked, with the evidence that their own tests give them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import Rule
from support import deeper_rule_pairs, rule_pairs
from support.check_rules import misconceptions, rules_of

PAGE = Path(__file__).parents[2] / "docs" / "misconceptions.md"
# In the order in which they are taught.
LESSONS = tuple(map(load_lesson, ("building-a-brain", "a-deeper-brain")))
PAIRS = {
    module.RULES[name]: pair
    for module in (rule_pairs, deeper_rule_pairs)
    for name, pair in module.PAIRS.items()
}
BEGINNING = """\
# Misconceptions

A failing check names the mistake behind it, with four levels of help: what was found, what to look
at next, and, on request, why it matters and how to fix it. This page lists the mistakes that the
lessons can name, with an example of each. It is generated from the rules in
`autograder/judge/rules/` and in the lessons by
`PYTHONPATH=tests python -m support.misconceptions_page`; a test compares them.

An unusual but right solution has no name here and loses no point. If an accuracy is below the
threshold, the message gives both numbers first, and then the cause as it stands here.
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join([BEGINNING, *_parts()])


def _parts() -> Iterator[str]:
    covered: set[Rule[Any]] = set()
    for lesson in LESSONS:
        known = misconceptions(lesson)
        again = [f"`{name}`" for name, rules in known.items() if covered.issuperset(rules)]
        yield f"## {lesson.title}\n"
        if again:
            yield f"As above: {', '.join(again)}.\n"
        for name, rules in known.items():
            if not covered.issuperset(rules):
                yield from _section(lesson, name, [one for one in rules if one not in covered])
        covered.update(*known.values())


def _section(lesson: Lesson, name: str, rules: list[Rule[Any]]) -> Iterator[str]:
    rules_by_check = rules_of(lesson)
    yield f"### {name}\n"
    for one in rules:
        checks = [f"`{check}`" for check, known in rules_by_check.items() if one in known]
        found = _example(one)
        yield f"{one.meaning} *Asked by {_listed(checks)}.*\n"
        yield f"1. **Found:** {found.message}"
        yield f"2. **Next:** {found.help}"
        yield f"3. **Why:** {found.why}"
        yield f"4. **How:** {found.how}\n"


def _example(one: Rule[Any]) -> Failed:
    pair = PAIRS.get(one)
    found = pair.ask(pair.speaks, one) if pair else one()
    assert found
    return found


def _listed(checks: list[str]) -> str:
    return ", ".join(checks[:3]) + (f" and {len(checks) - 3} more" if len(checks) > 3 else "")


if __name__ == "__main__":
    PAGE.write_text(page())
