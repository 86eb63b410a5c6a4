"""Whether there is something to check: before a check runs, was its question attempted at all?"""

from __future__ import annotations

from autograder.checks import Failed, NotAttempted, Skipped, Verdict
from autograder.evidence import Cell, Evidence
from autograder.lesson import Lesson, Question


def hindrance(evidence: Evidence, lesson: Lesson, question: Question) -> Verdict | None:
    """Why a question cannot be checked, ``None`` where it can.

    A question is attempted when something was handed in, or when its cell was changed.
    """
    hand_in = evidence.hand_in(question.name)
    if hand_in and question.filled(hand_in):
        return None
    cell = evidence.cell(question.name)
    if cell is None or not cell.changed:
        return NotAttempted(
            "Not attempted yet: this blank is still blank.",
            help=f"The text above the blank says what {_names(question)} should be.",
        )
    return _waiting(evidence, lesson, question, cell) or _stopped(evidence, question, cell)


def _waiting(evidence: Evidence, lesson: Lesson, question: Question, cell: Cell) -> Verdict | None:
    """Skipped, where the cell could not work because an earlier question left nothing."""
    if cell.status == "ok" and evidence.hand_in(question.name) is None:
        return None
    for name in question.builds_on:
        earlier = lesson.question(name)
        if hindrance(evidence, lesson, earlier) is not None:
            return Skipped(
                f"This builds on “{earlier.title}”, which has no result yet.",
                help=f"Finish “{earlier.title}” first, then run this cell again.",
            )
    return None


def _stopped(evidence: Evidence, question: Question, cell: Cell) -> Verdict:
    names = _names(question)
    if cell.status == "error":
        return Failed(
            f"Your cell stopped with {cell.ename}: {cell.evalue}".rstrip(": "),
            help=f"Read the last line of the error, mend the cell and run it again: {names} must"
            " be there when it ends.",
        )
    if cell.status == "timeout":
        return Failed(
            "Your cell did not end and was stopped at the time limit.",
            help="Look for a loop that never ends, or for far more epochs than were asked for.",
        )
    if cell.status == "not_run":
        return Failed(
            f"Your cell was never run: {evidence.run.stopped or 'the notebook ended before it'}.",
            help="Restart the kernel and run all cells from the top to see where it stops.",
        )
    return Failed(
        f"Your cell ran, but {names} is still blank afterwards.",
        help=f"Give your result exactly this name: {names}.",
    )


def _names(question: Question) -> str:
    return " and ".join(f"`{name}`" for name in question.leaves)
