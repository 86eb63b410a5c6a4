"""Whether a question was attempted at all, and left anything that its checks can examine."""

from __future__ import annotations

from collections.abc import Collection

from autograder.core.evidence import Cell, Evidence
from autograder.core.lesson import Lesson, Question, nothing_blank
from autograder.core.verdicts import CannotTell, NotAttempted, Skipped, Verdict
from autograder.judge.cell_failures import (
    error_of,
    failed_check,
    help_for_check,
    misses_checks,
    names_of,
    stopped,
)
from autograder.judge.rules.rule import OPEN


def blocking_verdict(
    evidence: Evidence, lesson: Lesson, question: Question, failed: Collection[str]
) -> Verdict | None:
    """Return why a question cannot be checked, ``None`` where it can.

    A question is attempted when something was handed in, or when its cell was changed.
    ``failed`` names the questions whose checks failed so far: where a cell stops with an error
    because of an earlier mistake, only the earlier one is reported.
    """
    answer = evidence.answer(question.name)
    if answer and question.filled(answer):
        return None
    cell = evidence.cell(question.name)
    if cell is None or not cell.changed:
        return _not_attempted(evidence, question)
    if evidence.recorded is None and evidence.run.trouble:
        return CannotTell(
            f"The evidence of this run could not be read: {evidence.run.trouble.rstrip('. ')}; it"
            " needs manual review.",
            help=OPEN,
        )
    if answer and nothing_blank(answer) and cell.status == "ok":
        return None
    return _waiting(evidence, lesson, question, cell, failed) or stopped(
        evidence, lesson, question, cell
    )


def _not_attempted(evidence: Evidence, question: Question) -> Verdict:
    texts = {
        "help": f"The text above the blank says what {names_of(question)} should be.",
        "why": "A blank costs nothing but its points, and you can try as often as you like.",
        "how": "Write below the line `# Your code here`, run the cell with Shift + Enter, and"
        " then the check below it. A first try that fails teaches more than none.",
    }
    if evidence.answer(question.name):
        return NotAttempted("Not attempted yet: this blank is still blank.", **texts)
    if check := failed_check(evidence, question):
        return NotAttempted(
            f"Not attempted yet, and {error_of(check, 'the check itself')}.",
            help=help_for_check(check),
        )
    return NotAttempted("Not attempted yet: nothing was handed in.", **texts)


def _waiting(
    evidence: Evidence, lesson: Lesson, question: Question, cell: Cell, failed: Collection[str]
) -> Verdict | None:
    """Return ``Skipped`` if an earlier question has no result that this one could build on."""
    for name in question.builds_on:
        earlier = lesson.question(name)
        blocked = blocking_verdict(evidence, lesson, earlier, failed)
        if isinstance(blocked, CannotTell):
            return CannotTell(
                f"This builds on “{earlier.title}”, which needs manual review.",
                help=OPEN,
            )
        if blocked is not None:
            return Skipped(
                f"This builds on “{earlier.title}”, which has no result yet.",
                help=f"Finish “{earlier.title}” first, then run this cell again.",
            )
        if name in failed and cell.status == "error" and not misses_checks(cell):
            return Skipped(
                f"{error_of(cell)}. This builds on “{earlier.title}”, which is not right yet.",
                help=f"Correct “{earlier.title}” first, then run this cell again.",
            )
    return None
