"""Verdicts for a student's cell that stopped, or that ran and left nothing to check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from autograder.core.error_hint import nearest
from autograder.core.evidence import Cell, Evidence
from autograder.core.lesson import Lesson, Question
from autograder.core.verdicts import CannotTell, Failed, Verdict
from autograder.judge.error_hints import ErrorFacts, hint_for
from autograder.judge.error_hints.packages import missing_package
from autograder.notebooks.released_notebook import defining_cells

# The exceptions that a blank raises; their names mean nothing to a student.
BLANK_ERRORS = ("BlankUsed", "NotAttempted")
TAKEN = "Did you give the name `check` to something else? Leave that name to the checks."
FROM_THE_TOP = "Restart the kernel and run all cells from the top to see where it stops."


def stopped(evidence: Evidence, lesson: Lesson, question: Question, cell: Cell) -> Verdict:
    """Return the verdict on a cell that was changed and left nothing that can be checked."""
    match cell.status:
        case "error":
            missing = _missing(evidence, cell)
            return missing or _cut_short(evidence, cell) or _stopped(lesson, question, cell)
        case "timeout":
            return Failed(
                "Your cell did not end and was stopped at the time limit.",
                help="Look for a loop that never ends, or for far more epochs than were asked for.",
            )
        case "not_run":
            return Failed(f"Your cell was never run: {_reason(evidence)}.", help=FROM_THE_TOP)
    answer = evidence.answer(question.name)
    if answer is None:
        return _not_handed_in(evidence, question, cell)
    blank = [name for name, claim in answer.claims.items() if claim.blank]
    return Failed(
        f"Your cell ran, but {_listed(blank)} is still blank afterwards.",
        help=_name_for(cell, blank),
    )


def failed_after_error(
    failure: Failed, evidence: Evidence, lesson: Lesson, question: Question
) -> Verdict:
    """Return a failure with the error at which the cell stopped, if it stopped at one.

    A cell that stops halfway may leave something unfinished: the error is then the root cause.
    Where the cell needed a package that is missing here, the failure needs manual review.
    """
    cell, answer = evidence.cell(question.name), evidence.answer(question.name)
    if cell is None or cell.status != "error" or cell.ename == "KeyboardInterrupt":
        return failure
    if answer is None or not question.filled(answer):
        return failure
    if missing := _missing(evidence, cell):
        return missing
    return Failed(
        failure.message,
        help=f"{error_of(cell)}. Correct that first: the lines after it were not run."
        f" {_hint(lesson, cell) or failure.help}".rstrip(),
        why=failure.why,
        how=failure.how,
        misconception=failure.misconception,
    )


def _name_for(cell: Cell, missing: Sequence[str]) -> str:
    """Return the next step where names are missing: which name was used in place of one."""
    for name in missing:
        others = set(cell.defines) - {name}
        if used := nearest(name, others) or (others.pop() if len(others) == 1 else None):
            return f"Your cell defines `{used}`. Rename it to `{name}`."
    return f"Give your result exactly this name: {_listed(missing)}."


def _stopped(lesson: Lesson, question: Question, cell: Cell) -> Failed:
    return Failed(
        f"{error_of(cell)}.",
        help=_help_for_error(lesson, question, cell),
        why="An error ends the cell: the lines after it are not run, so there is no result to"
        " check.",
        how="In the error, an arrow points to the line where your cell stopped, and the last line"
        " says why. The cause may also be an earlier line or cell. Correct it, then run the cell"
        " again.",
    )


def _missing(evidence: Evidence, cell: Cell) -> CannotTell | None:
    """Return the verdict on a cell that needs a package which is missing where it was run.

    The package may have been imported in a cell of the student's own, further up.
    """
    cells = [cell]
    if cell.ename == "NameError":
        cells = [one for one in evidence.record.cells if one.index < cell.index]
    names = (missing_package(one.ename, one.evalue) for one in cells if one.status == "error")
    name = next((one for one in names if one), None)
    if name is None:
        return None
    return CannotTell(
        f"{error_of(cell)}. The package `{name}` is missing where this notebook was graded; this"
        " needs manual review.",
        help="These points stay open. For the instructor: install the package there, or, where it"
        " is a file of the student's own, ask for it; then grade again.",
    )


def _cut_short(evidence: Evidence, cell: Cell) -> Failed | None:
    """Return the verdict on training that was stopped by hand, ``None`` for any other error."""
    fits = evidence.recorded.fits if evidence.recorded else ()
    if cell.ename != "KeyboardInterrupt" or not fits or not fits[-1].interrupted:
        return None
    done, requested = fits[-1].epochs_done, fits[-1].epochs_requested
    when = f"after {done} of {requested} epochs" if requested else f"epochs finished: {done}"
    return Failed(
        f"Training was cut short: it was stopped by hand, {when}.",
        help="Run the cell again and let it finish.",
        why="A training that is stopped returns no result, and the model has seen its data fewer"
        " times than asked for.",
        how="The model keeps what it has learned, and the next training continues from there. To"
        " start again, run the cells that build and compile it first.",
    )


def _help_for_error(lesson: Lesson, question: Question, cell: Cell) -> str:
    if misses_checks(cell):
        return TAKEN
    if cell.ename in BLANK_ERRORS:
        return "Fill in that blank first, then run this cell again."
    if hint := _hint(lesson, cell):
        return hint
    names = names_of(question)
    # A cell that defines no name of its own does what its title says, as in “Compile”.
    defines_names = bool(lesson.own_names(question))
    aim = f"define {names}" if defines_names else f"{question.title.lower()} {names}"
    return (
        "The last line of the error says what went wrong. Correct the cell and run it again: it"
        f" should {aim}."
    )


def _hint(lesson: Lesson, cell: Cell) -> str | None:
    facts = ErrorFacts(origins=defining_cells(lesson.released))
    return hint_for(cell.ename, cell.evalue, facts, lesson.error_hints)


def _not_handed_in(evidence: Evidence, question: Question, cell: Cell) -> Verdict:
    """Return why nothing reached the check, although the cell above it ran."""
    names = names_of(question)
    if check := failed_check(evidence, question):
        if _missing_name(check) in question.leaves:
            return Failed(
                f"Your cell ran, but there is no `{_missing_name(check)}` afterwards.",
                help=_name_for(cell, question.leaves),
            )
        return Failed(f"{error_of(check, 'The check itself')}.", help=help_for_check(check))
    if evidence.run.stopped:
        return Failed(
            f"Your cell ran, but {names} was never checked: {_reason(evidence)}.",
            help=FROM_THE_TOP,
        )
    check = evidence.cell(question.grade_id)
    if check and check.status == "ok":
        return Failed(f"The check ran, but {names} never reached it.", help=TAKEN)
    return Failed(
        f"Your cell ran, but {names} was never checked.",
        help=f"Run the check below it. Where that changes nothing: {FROM_THE_TOP}",
    )


def failed_check(evidence: Evidence, question: Question) -> Cell | None:
    """Return the grade cell if it stopped with an error of its own, else ``None``."""
    check = evidence.cell(question.grade_id)
    own_error = check and check.status == "error" and check.ename != "DeadKernelError"
    return check if own_error else None


def help_for_check(check: Cell) -> str:
    """Return the next step if a grade cell stopped with an error of its own."""
    name = _missing_name(check)
    if name and name != "check":
        return f"The check needs `{name}` as well: leave it as the notebook sets it."
    return TAKEN


def _missing_name(cell: Cell) -> str | None:
    found = re.match(r"name '(\w+)' is not defined", cell.evalue)
    return found[1] if found and cell.ename == "NameError" else None


def misses_checks(cell: Cell) -> bool:
    """Return whether a solution cell found something else under the name `check`."""
    return _missing_name(cell) == "check" or "has no attribute 'blank'" in cell.evalue


def _reason(evidence: Evidence) -> str:
    return (evidence.run.stopped or "the notebook ended before it").rstrip(".")


def error_of(cell: Cell, whose: str = "Your cell") -> str:
    """Return how a cell ended, with the first line of its error."""
    # The kernel's own name for a cell, as in "(1234567.py, line 3)", means nothing to a student.
    message = re.sub(r"\(\d+\.py, (line \d+)\)", r"(\1)", cell.evalue.strip().partition("\n")[0])
    how = "used a blank" if cell.ename in BLANK_ERRORS else f"stopped with {cell.ename}"
    return f"{whose} {how}: {message}".rstrip(":. ")


def names_of(question: Question) -> str:
    """Return the names that a question's cell defines, as text."""
    return _listed(question.leaves)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
