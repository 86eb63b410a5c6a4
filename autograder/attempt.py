"""Whether a question was attempted at all, and left anything that its checks could look at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from autograder.checks import CannotTell, Failed, NotAttempted, Skipped, Verdict
from autograder.evidence import Cell, Evidence
from autograder.lesson import Lesson, Question, nothing_blank

# The exceptions that a blank raises; their names tell a student nothing.
OF_A_BLANK = ("BlankUsed", "NotAttempted")
TAKEN = "Did you give the name `check` to something else? Leave that name to the checks."
FROM_THE_TOP = "Restart the kernel and run all cells from the top to see where it stops."


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
        return _not_attempted(evidence, question)
    if evidence.recorded is None and evidence.run.trouble:
        return CannotTell(
            f"The evidence of this run could not be read: {evidence.run.trouble.rstrip('. ')};"
            " a person has to look.",
            help="These points stay open until a person has looked.",
        )
    if hand_in and nothing_blank(hand_in) and cell.status == "ok":
        return None
    return _waiting(evidence, lesson, question, cell, failed) or _stopped(
        evidence, lesson, question, cell
    )


def _not_attempted(evidence: Evidence, question: Question) -> Verdict:
    next_step = f"The text above the blank says what {_names(question)} should be."
    if evidence.hand_in(question.name):
        return NotAttempted("Not attempted yet: this blank is still blank.", help=next_step)
    if check := _failed_check(evidence, question):
        return NotAttempted(
            f"Not attempted yet, and {_error(check, 'the check itself')}.",
            help=_help_for_check(check),
        )
    return NotAttempted("Not attempted yet: nothing was handed in.", help=next_step)


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
        if name in failed and cell.status == "error" and not _misses_checks(cell):
            return Skipped(
                f"{_error(cell)}. This builds on “{earlier.title}”, which is not right yet.",
                help=f"Put “{earlier.title}” right first, then run this cell again.",
            )
    return None


def _stopped(evidence: Evidence, lesson: Lesson, question: Question, cell: Cell) -> Verdict:
    match cell.status:
        case "error":
            return Failed(f"{_error(cell)}.", help=_help_for_error(lesson, question, cell))
        case "timeout":
            return Failed(
                "Your cell did not end and was stopped at the time limit.",
                help="Look for a loop that never ends, or for far more epochs than were asked for.",
            )
        case "not_run":
            return Failed(f"Your cell was never run: {_reason(evidence)}.", help=FROM_THE_TOP)
    hand_in = evidence.hand_in(question.name)
    if hand_in is None:
        return _not_handed_in(evidence, question)
    blanks = _listed(name for name, claim in hand_in.claims.items() if claim.blank)
    return Failed(
        f"Your cell ran, but {blanks} is still blank afterwards.",
        help=f"Give your result exactly this name: {blanks}.",
    )


def _help_for_error(lesson: Lesson, question: Question, cell: Cell) -> str:
    if _misses_checks(cell):
        return TAKEN
    if cell.ename in OF_A_BLANK:
        return "Fill in that blank first, then run this cell again."
    names = _names(question)
    earlier = {name for other in question.builds_on for name in lesson.question(other).leaves}
    # A cell that leaves no name of its own does what its title says, as in “Compile”.
    ours = not earlier.issuperset(question.leaves)
    aim = f"leave {names} behind" if ours else f"{question.title.lower()} {names}"
    return (
        "The last line of the error says what went wrong. Mend the cell and run it again: it"
        f" should {aim}."
    )


def _not_handed_in(evidence: Evidence, question: Question) -> Verdict:
    """Why nothing reached the check, although the cell above it ran."""
    names = _names(question)
    if check := _failed_check(evidence, question):
        if _missing_name(check) in question.leaves:
            return Failed(
                f"Your cell ran, but there is no `{_missing_name(check)}` afterwards.",
                help=f"Give your result exactly this name: {names}.",
            )
        return Failed(f"{_error(check, 'The check itself')}.", help=_help_for_check(check))
    if evidence.run.stopped:
        return Failed(
            f"Your cell ran, but {names} was never checked: {_reason(evidence)}.",
            help=FROM_THE_TOP,
        )
    check = evidence.cell(question.grade_id)
    if check and check.status == "ok":
        return Failed(f"The check ran, but {names} never reached it.", help=TAKEN)
    return Failed(f"Your cell ran, but {names} was never checked.", help=FROM_THE_TOP)


def _failed_check(evidence: Evidence, question: Question) -> Cell | None:
    """The grade cell, where it stopped with an error of its own."""
    check = evidence.cell(question.grade_id)
    ours = check and check.status == "error" and check.ename != "DeadKernelError"
    return check if ours else None


def _help_for_check(check: Cell) -> str:
    name = _missing_name(check)
    if name and name != "check":
        return f"The check needs `{name}` as well: leave it as the notebook sets it."
    return TAKEN


def _missing_name(cell: Cell) -> str | None:
    found = re.match(r"name '(\w+)' is not defined", cell.evalue)
    return found[1] if found and cell.ename == "NameError" else None


def _misses_checks(cell: Cell) -> bool:
    """Whether a solution cell found something else under the name `check`."""
    return _missing_name(cell) == "check" or "has no attribute 'blank'" in cell.evalue


def _reason(evidence: Evidence) -> str:
    return (evidence.run.stopped or "the notebook ended before it").rstrip(".")


def _error(cell: Cell, whose: str = "Your cell") -> str:
    # The kernel's own name for a cell, as in "(1234567.py, line 3)", tells a student nothing.
    told = re.sub(r"\(\d+\.py, (line \d+)\)", r"(\1)", cell.evalue.strip().partition("\n")[0])
    how = "used a blank" if cell.ename in OF_A_BLANK else f"stopped with {cell.ename}"
    return f"{whose} {how}: {told}".rstrip(":. ")


def _names(question: Question) -> str:
    return _listed(question.leaves)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
