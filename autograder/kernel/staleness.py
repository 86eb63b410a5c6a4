"""Whether the kernel's state is what the notebook would produce when run from the top."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from autograder.core.lesson import Lesson, Question
from autograder.kernel.cell_tracker import CellRun


def doubts(ran: Sequence[CellRun], removed: Collection[str], lesson: Lesson) -> tuple[str, ...]:
    """Return a sentence for each thing that may differ after a restart, as far as visible here.

    Args:
        ran: the last run of each cell.
        removed: names that a cell defined earlier and no longer defines.
        lesson: says which question builds on which.
    """
    turns = {one.name: one.turn for one in sorted(ran, key=lambda one: one.turn) if one.name}
    return (*_older(turns, lesson), *_unchecked(turns, lesson), *_removed_but_used(ran, removed))


def _older(turns: dict[str, int], lesson: Lesson) -> Iterator[str]:
    """Yield a sentence where a cell was run before a cell that it builds on was run again."""
    for earlier in lesson.questions:
        later = [
            one
            for one in lesson.questions
            if earlier.name in one.builds_on
            and one.name in turns
            and turns[one.name] < turns.get(earlier.name, -1)
        ]
        if later:
            yield (
                f"“{earlier.title}” was run again after {_titles(later)}, which"
                f" {'builds' if len(later) == 1 else 'build'} on it: run"
                f" {'it' if len(later) == 1 else 'them'} again."
            )


def _unchecked(turns: dict[str, int], lesson: Lesson) -> Iterator[str]:
    for question in lesson.questions:
        checked = turns.get(question.grade_id)
        if checked is not None and checked < turns.get(question.name, -1):
            yield f"“{question.title}” was run again after its check: run the check again."


def _removed_but_used(ran: Sequence[CellRun], removed: Collection[str]) -> Iterator[str]:
    defined = {name for one in ran for name in one.names.defined}
    used = {name for one in ran for name in one.names.used}
    for name in sorted((used & set(removed)) - defined):
        yield (
            f"`{name}` is used, but no cell defines it any more: it is left over from an earlier"
            " version of a cell."
        )


def _titles(questions: Sequence[Question]) -> str:
    titles = [f"“{one.title}”" for one in questions]
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if titles[1:] else titles)
