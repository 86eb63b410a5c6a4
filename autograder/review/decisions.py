"""What a person decided on groups of answers: ``review/<lesson>.toml``, one file for each lesson.

It names groups by digest and no students, so that it can be kept under version control.
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.core import decode, printable
from autograder.core.atomic_write import write_atomic
from autograder.core.errors import CourseError, UsageError, writing
from autograder.review.groups import Group

MAX_BYTES, MAX_CHARACTERS, MAX_POINTS = 2**22, 10_000, 1000.0
HEAD = """\
# Decisions on groups of alike answers: see `autograder review` and `autograder groups`.
# It names no students and can be kept under version control.
"""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A comment in Markdown, a score in points, and names of rubric items; any may be missing."""

    comment: str = ""
    score: float | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What the gradebook holds for a decision; ``None`` where nothing was decided."""

    comment: str | None = None
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """All decisions of a lesson by group, and its rubric: points added to the automatic ones."""

    rubric: dict[str, float] = field(default_factory=dict)
    groups: dict[str, Decision] = field(default_factory=dict)

    def mark(self, group: Group) -> Mark:
        """Return what a group gets. A score that was decided counts, else the rubric's items do."""
        decided = self.groups.get(group.id, Decision())
        score = decided.score
        if score is None and decided.items:
            given = group.points + sum(self.rubric[name] for name in decided.items)
            score = min(max(given, 0.0), group.question.points)
        items = [f"{name} ({self.rubric[name]:+g})" for name in decided.items]
        comment = "\n\n".join([*items, decided.comment]) if decided.comment else "\n\n".join(items)
        return Mark(comment=comment or None, score=score)

    def with_decision(self, group: Group, decision: Decision) -> Decisions:
        """Return them with another decision on a group; an empty one takes it back.

        Raises:
            UsageError: it cannot be given.
        """
        max_points = group.question.points
        if decision.score is not None and not 0 <= decision.score <= max_points:
            raise UsageError(
                f"A score for {group.question.name} is from 0 to {max_points:g} points."
            )
        if len(decision.comment) > MAX_CHARACTERS:
            raise UsageError(f"A comment has at most {MAX_CHARACTERS:,} characters.")
        if missing := [name for name in decision.items if name not in self.rubric]:
            raise UsageError(f"There is no rubric item “{missing[0]}”.")
        clean = replace(decision, comment=printable.text(decision.comment).strip())
        others = {name: one for name, one in self.groups.items() if name != group.id}
        return replace(self, groups=others if clean == Decision() else {**others, group.id: clean})

    def with_item(self, name: str, points: float) -> Decisions:
        """Return them with a rubric item of these points, wherever it was given.

        Raises:
            UsageError: it has no name, or no number of points.
        """
        name = printable.line(name)
        if not 0 < len(name) <= 200 or not abs(points) <= MAX_POINTS:
            raise UsageError("A rubric item has a name and a number of points, as in “Late=-1”.")
        return replace(self, rubric={**self.rubric, name: points})


def load(path: Path) -> Decisions:
    """Read decisions; there are none where there is no file.

    Raises:
        CourseError: it is no such file.
    """
    try:
        with path.open("rb") as file:
            found = decode.convert(tomllib.loads(file.read(MAX_BYTES).decode()), Decisions)
    except FileNotFoundError:
        return Decisions()
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: {error}") from error
    numbers = [*found.rubric.values(), *(one.score or 0.0 for one in found.groups.values())]
    if not all(map(math.isfinite, numbers)):
        raise CourseError(f"{path}: points have to be numbers.")
    for one in found.groups.values():
        if missing := [name for name in one.items if name not in found.rubric]:
            raise CourseError(f"{path}: there is no rubric item “{missing[0]}”.")
    return found


def save(path: Path, decisions: Decisions) -> None:
    """Write decisions, sorted, so that two versions can be compared line by line.

    Raises:
        ResultsError: it cannot be written.
    """
    lines = [HEAD]
    if decisions.rubric:
        items = sorted(decisions.rubric.items())
        lines += ["[rubric]", *(f"{_text(name)} = {points!r}" for name, points in items), ""]
    for group, one in sorted(decisions.groups.items()):
        lines.append(f"[groups.{_text(group)}]")
        values = {"comment": one.comment, "score": one.score, "items": one.items}
        lines += [
            f"{name} = {_value(value)}"
            for name, value in values.items()
            if value not in ("", None, ())
        ]
        lines.append("")
    with writing():
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, "\n".join(lines).encode())


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, str) and "\n" in value:
        lines = "\n".join(_text(line)[1:-1] for line in value.split("\n"))
        return f'"""\n{lines}"""'
    return _text(value) if isinstance(value, str) else repr(float(value))


def _text(value: str) -> str:
    # JSON's strings are TOML's, but for this character.
    known = value.encode("utf-8", "replace").decode()
    return json.dumps(known, ensure_ascii=False).replace("\x7f", "\\u007f")
