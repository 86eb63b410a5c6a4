"""A lesson's matrix as a table in a page, between two markers: what is expected of which mutants.

Mutants of which the same is expected share a row. The page holds nothing that luck decides, so that
it is the same wherever the mutants are run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.authoring.mutation.judgement import Judgement, tally
from autograder.authoring.mutation.matrix import KEY, expected_symbol
from autograder.authoring.mutation.pairs import AND
from autograder.authoring.spec.mutation import Expected
from autograder.core.atomic_write import write_atomic
from autograder.core.errors import UsageError
from autograder.core.lesson import Lesson

END = "<!-- /mutants -->"


def put(path: Path, lesson: Lesson, text: str) -> None:
    """Put text between a lesson's markers in a page.

    Raises:
        UsageError: the page is not there, or does not have the two markers.
    """
    before, _, after = _parts(path, lesson)
    write_atomic(path, f"{before}{_begin(lesson)}\n\n{text}\n\n{END}{after}".encode())


def written(path: Path, lesson: Lesson) -> str:
    """Return the text between a lesson's markers in a page.

    Raises:
        UsageError: the page is not there, or does not have the two markers.
    """
    return _parts(path, lesson)[1].strip()


def _begin(lesson: Lesson) -> str:
    return f"<!-- mutants {lesson.name} -->"


def _parts(path: Path, lesson: Lesson) -> tuple[str, str, str]:
    """Return the text before, between and after the markers."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    before, begin, rest = path.read_text(encoding="utf-8").partition(_begin(lesson))
    between, end, after = rest.partition(END)
    if not (begin and end):
        raise UsageError(f"{path} has no line {_begin(lesson)} with a line {END} after it.")
    return before, between, after


def text(judgements: Sequence[Judgement], lesson: Lesson, unseen: Mapping[str, str]) -> str:
    """Return the whole section, in Markdown."""
    single = [one for one in judgements if AND not in one.name]
    double = [one for one in judgements if AND in one.name]
    parts = [
        _summary(single, double, lesson),
        _table(single, lesson),
        _of_kind("right", "Right programs, which pass", single),
        _of_kind("unclear", "Programs that need manual review", single),
        _unseen(unseen),
        _unexpected(judgements),
    ]
    return "\n\n".join(part for part in parts if part)


def _summary(single: Sequence[Judgement], double: Sequence[Judgement], lesson: Lesson) -> str:
    caught, pairs = tally(single), tally(double)
    right = [one for one in single if one.expected.kind == "right"]
    passed = sum(not one.deviations for one in right)
    lines = (
        f"“{lesson.title}”: {caught.caught} of {caught.wrong} wrong programs fail for their own"
        f" named reason (mutation score {caught.score:.1%}), and {passed} of {len(right)} right"
        f" ones get all {lesson.max_score:g} points."
    )
    if not double:
        return lines
    return (
        f"{lines} Of {pairs.wrong} pairs of two mistakes at once both are named in"
        f" {pairs.caught}, but where one hides the other."
    )


def _table(judgements: Iterable[Judgement], lesson: Lesson) -> str:
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in judgements:
        if one.expected.kind == "wrong":
            groups.setdefault(_row(one.expected, lesson), []).append(one.name)
    head = ["Named", "Wrong programs", *(question.name for question in lesson.questions)]
    lines = [f"| {' | '.join(head)} |", f"| --- | --- |{' :-: |' * len(lesson.questions)}"]
    for (named, *symbols), names in sorted(groups.items()):
        lines.append(f"| {' | '.join((named, _listed(names), *symbols))} |")
    return "\n".join([*lines, "", f"{KEY}."])


def _row(expected: Expected, lesson: Lesson) -> tuple[str, ...]:
    named = ", ".join(f"`{name}`" for name in sorted(expected.misconceptions))
    symbols = (expected_symbol(expected, question.name) for question in lesson.questions)
    return named or "*Python's own error*", *symbols


def _of_kind(kind: str, title: str, judgements: Iterable[Judgement]) -> str:
    names = [one.name for one in judgements if one.expected.kind == kind]
    return f"{title}: {_listed(names)}." if names else ""


def _unseen(unseen: Mapping[str, str]) -> str:
    lines = [f"- `{name}`: {reason}" for name, reason in sorted(unseen.items())]
    return "\n".join(["Misconceptions that no mutant shows:", "", *lines]) if lines else ""


def _unexpected(judgements: Iterable[Judgement]) -> str:
    lines = [
        f"- `{one.name}`, {one.verdict}: {one.known or '; '.join(one.deviations)}"
        for one in judgements
        if one.deviations
    ]
    return "\n".join(["Not as declared:", "", *lines]) if lines else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
