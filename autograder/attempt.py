"""Whether a question was attempted at all, and left anything that its checks could look at."""

from __future__ import annotations

import re
from collections.abc import Collection

from autograder.checks import Failed, NotAttempted, Skipped, Verdict
from autograder.evidence import Cell, Evidence
from autograder.lesson import Lesson, Question, nothing_blank


def hindrance(
    evidence: Evidence, lesson: Lesson, question: Question, failed: Collection[str] = ()
) -> Verdict | None:
    """Why a question cannot be checked, ``None`` where it can.

    A question is attempted when something was handed in, or when its cell was changed.
    ``failed`` names the questions whose checks failed so far: where a cell stops with an error
    because of an earlier mistake, only the earlier one is told.
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
    if hand_in and nothing_blank(hand_in) and cell.status == "ok":
        return None
    return _waiting(evidence, lesson, question, cell, failed) or _stopped(evidence, question, cell)


def _waiting(
    evidence: Evidence, lesson: Lesson, question: Question, cell: Cell, failed: Collection[str]
) -> Verdict | None:
    """Skipped, where an earlier question left nothing that this one could work with."""
    for name in question.builds_on:
        earlier = lesson.question(name)
        if hindrance(evidence, lesson, earlier, failed) is not None:
            return Skipped(
                f"This builds on “{earlier.title}”, which has no result yet.",
                help=f"Finish “{earlier.title}” first, then run this cell again.",
            )
        if name in failed and cell.status == "error":
            return Skipped(
                f"{_error(cell)}. This builds on “{earlier.title}”, which is not right yet.",
                help=f"Put “{earlier.title}” right first, then run this cell again.",
            )
    return None


def _stopped(evidence: Evidence, question: Question, cell: Cell) -> Verdict:
    names = _names(question)
    match cell.status:
        case "error":
            return Failed(
                f"{_error(cell)}.",
                help="The last line of the error says what went wrong. Mend the cell and run it"
                f" again: it should leave {names} behind.",
            )
        case "timeout":
            return Failed(
                "Your cell did not end and was stopped at the time limit.",
                help="Look for a loop that never ends, or for far more epochs than were asked for.",
            )
        case "not_run":
            return Failed(
                f"Your cell was never run: {_reason(evidence)}.",
                help="Restart the kernel and run all cells from the top to see where it stops.",
            )
    if evidence.hand_in(question.name) is None and evidence.run.stopped:
        return Failed(
            f"Your cell ran, but {names} was never checked: {_reason(evidence)}.",
            help="Restart the kernel and run all cells from the top to see where it stops.",
        )
    return Failed(
        f"Your cell ran, but {names} is still blank afterwards.",
        help=f"Give your result exactly this name: {names}.",
    )


def _reason(evidence: Evidence) -> str:
    return (evidence.run.stopped or "the notebook ended before it").rstrip(".")


def _error(cell: Cell) -> str:
    # The kernel's own name for a cell, as in "(1234567.py, line 3)", tells a student nothing.
    told = re.sub(r"\(\d+\.py, (line \d+)\)", r"(\1)", cell.evalue.strip().partition("\n")[0])
    return f"Your cell stopped with {cell.ename}: {told}".rstrip(":. ")


def _names(question: Question) -> str:
    return " and ".join(f"`{name}`" for name in question.leaves)
