"""What was said of the class, of all mutants and of the attacks, and what is public, in a file.

Whoever rebuilds the house wants to know that no grade and no word has changed. Where it was meant
to: run the tests that compare with ``--freeze``, and read the difference before it is committed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock

FILE = Path(__file__).parents[1] / "frozen.json"
# Numbers that a processor's arithmetic decides, or a clock.
UNSTEADY = re.compile(
    r"\d[\d,]*\.\d+(e[+-]?\d+)?|\d+(?= (%|seconds?|minutes?|MiB|GiB))"
    r"|[\d,]+(?= (images were won|were lost))"
    # How many files fit beside our own.
    r"|(?<=No space left on device: ')\d+"
    # Where a package lies.
    r"|(?<=\()/[^ )]+(?=\))"
)


class Check(Protocol):
    """What is compared of a check's result."""

    id: str
    outcome: str
    points: float
    max_points: float
    misconception: str | None
    message: str
    help: str


def compare(
    section: str, results: Mapping[str, Iterable[Check]], *, freeze: bool, part: bool = False
) -> None:
    """Assert that each of a section, or of a *part* of it, is said the same as ever.

    With *freeze* what is said now is kept before.
    """
    found = {name: {one.id: _plain(one) for one in checks} for name, checks in results.items()}
    if freeze:
        change(section, lambda before: _without_the_usual(_all(before) | found if part else found))
    expected = _all(stored(section))
    names = {*found} if part else {*found, *expected}
    differ = {name for name in names if found.get(name) != expected.get(name)}
    changed = {name: _apart(found.get(name), expected.get(name)) for name in sorted(differ)}
    assert not changed, json.dumps(changed, indent=1, ensure_ascii=False)


def _plain(check: Check) -> str:
    parts = [str(check.outcome), f"{check.points:g}/{check.max_points:g}"]
    parts += [check.misconception or "-", check.message, check.help]
    return UNSTEADY.sub("#", " | ".join(parts))


def stored(section: str) -> Any:
    """What a section holds."""
    return json.loads(FILE.read_text())[section]


def change(section: str, make: Callable[[Any], object]) -> None:
    """Put what is made of a section in its place; it is empty where there is none."""
    with FileLock(FILE.with_suffix(".lock")):
        sections = json.loads(FILE.read_text())
        sections[section] = make(sections.get(section, {}))
        words = json.dumps(sections, indent=1, sort_keys=True, ensure_ascii=False)
        FILE.write_text(words + "\n")


def _without_the_usual(found: dict[str, dict[str, str]]) -> dict[str, Any]:
    """What most have in common is written once."""
    checks = dict.fromkeys(check for one in found.values() for check in one)
    counted = {
        check: Counter(one[check] for one in found.values() if check in one) for check in checks
    }
    usual = {check: words.most_common(1)[0][0] for check, words in counted.items()}
    others = {
        name: {check: one.get(check) for check in usual if one.get(check) != usual[check]}
        for name, one in found.items()
    }
    return {"usual": usual, "otherwise": others}


def _all(section: dict[str, Any]) -> dict[str, dict[str, str]]:
    others = section.get("otherwise", {})
    every = {name: {**section["usual"], **one} for name, one in others.items()}
    return {
        name: {check: words for check, words in one.items() if words is not None}
        for name, one in every.items()
    }


def _apart(found: Mapping[str, str] | None, expected: Mapping[str, str] | None) -> Any:
    if found is None or expected is None:
        return "is new" if expected is None else "is gone"
    checks = [one for one in {*found, *expected} if found.get(one) != expected.get(one)]
    return {one: {"found": found.get(one), "expected": expected.get(one)} for one in checks}
