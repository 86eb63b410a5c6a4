"""Follow-through marking: a mistake costs only its own points.

Where a cell leaves nothing that later questions can use, the notebook is run once more with the
lesson's solution in the place of that cell, and the questions that build on it are marked by that
run. An error is carried forward from a mistake only: where all that a question builds on is right,
its own result stands. Nothing of that run reaches a student but outcomes, points and sentences that
stand here: code in the same process can read the solution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from autograder.core.config import Course
from autograder.core.evidence import Evidence
from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Outcome, Report
from autograder.core.verdicts import Verdicts
from autograder.grading.plan import Plan
from autograder.notebooks.lesson_notebook import read_lesson_notebook
from autograder.notebooks.normalize import program_digest
from autograder.notebooks.restore import grade_id, is_solution
from autograder.notebooks.solution import strip_markers
from autograder.sandbox.job_runner import code_cells
from autograder.sandbox.protocol import Job

# The folder beside the evidence for that of the second run.
FOLDER = "follow-through"
NOTE = (
    "Later questions were marked with the solution’s {cells} in place of yours, so that a mistake"
    " costs only its own points."
)
MISSING_NOTE = (
    "Later questions were not marked with the solution’s {cells} in place of yours: this submission"
    " has to be graded again."
)
# Errors of a cell itself, whatever it builds on.
OWN_SLIPS = frozenset(
    {
        *("AttributeError", "ImportError", "IndentationError", "ModuleNotFoundError", "NameError"),
        *("SyntaxError", "TabError", "TypeError"),
    }
)
RIGHT = frozenset({Outcome.PASSED, Outcome.NOT_APPLICABLE})
SENTENCES = {
    Outcome.PASSED: "This is right: it was marked with the solution’s {cells} in place of yours.",
    Outcome.FAILED: "This was marked with the solution’s {cells} in place of yours, and is not"
    " right there either.",
    Outcome.NOT_APPLICABLE: "This cannot be marked on this machine, with the solution’s {cells} in"
    " place of yours.",
    Outcome.ERROR: "This was run with the solution’s {cells} in place of yours, and needs manual"
    " review.",
}


def solutions(course: Course, lesson: Lesson) -> Mapping[str, str]:
    """Return the lesson's solution cells by ``grade_id``; none where the course has no source."""
    path = course.solved(lesson)
    if path is None:
        return {}
    cells = code_cells(read_lesson_notebook(path))
    return {
        name: strip_markers(cell.source)
        for cell in cells
        if is_solution(cell) and (name := grade_id(cell))
    }


def unusable(evidence: Evidence, lesson: Lesson) -> list[Question]:
    """Return the questions that left nothing that later ones can use, where that matters.

    It matters where a question was tried that builds on them and got nowhere, and where what they
    build on themselves may be to blame.
    """
    lost = _lost(evidence, lesson)
    needed = _needed(evidence, lesson, lost)
    return [one for one in lost if one.name in needed or _to_blame(evidence, lesson, one, lost)]


def stand_ins(evidence: Evidence, lesson: Lesson, report: Report) -> list[str]:
    """Return the questions that the solution stands in for: mistakes that cost later points."""
    lost = _lost(evidence, lesson)
    found = {one.name for one in lost} & _needed(evidence, lesson, lost)
    for one in lost:
        found |= _to_blame(evidence, lesson, one, lost)
    return [one.name for one in lesson.questions if one.name in found & _wrong(report)]


def _lost(evidence: Evidence, lesson: Lesson) -> list[Question]:
    """Return the questions that left nothing; what ran out of time has none for a second run."""
    run = evidence.run
    if run.interrupted or run.trouble or "time" in run.limits or evidence.recorded is None:
        return []
    return [one for one in lesson.questions if not one.is_usable(evidence.answer(one.name))]


def _needed(evidence: Evidence, lesson: Lesson, lost: Sequence[Question]) -> set[str]:
    """Return what those of the lost questions build on that were tried."""
    cells = {one: evidence.cell(one.name) for one in lost}
    tried = [one for one, cell in cells.items() if cell is not None and cell.changed]
    return {name for one in tried for name in lesson.foundations(one)}


def job_for(plan: Plan, evidence: Evidence, known: Mapping[str, str]) -> Job | None:
    """Return the job of the second run, ``None`` where there is nothing to be had by one.

    ``known`` are the solution cells by ``grade_id``. Other questions than the unusable ones may
    turn out to be so only when they have something to build on: their solutions go along.
    """
    lesson = plan.lesson
    lost = [one for one in unusable(evidence, lesson) if one.name in known]
    if not lost:
        return None
    cells = code_cells(plan.restored.notebook)
    numbers = {name: number for number, cell in enumerate(cells) if (name := grade_id(cell))}
    needed = {name for one in lesson.questions for name in lesson.foundations(one)} & known.keys()
    given = {numbers[name]: known[name] for name in needed}
    hopeless = [one for one in lost if _is_hopeless(evidence, lesson, one, lost)]
    tried = [one for one in lost if one not in hopeless]
    at_once = {one.name for one in hopeless}
    at_once |= {name for one in tried for name in _to_blame(evidence, lesson, one, lost)}
    not_tried = tuple(sorted(numbers[name] for name in at_once & needed))
    ordered = dict(sorted(given.items()))
    return msgspec.structs.replace(
        plan.job,
        # Of the student's cells by their digest: to read them may take any time and memory.
        program=program_digest([plan.job.program, *ordered.values(), repr([*not_tried])]),
        solutions=ordered,
        unusable=not_tried,
        spent=evidence.run.seconds,
    )


def _is_hopeless(
    evidence: Evidence, lesson: Lesson, question: Question, lost: Sequence[Question]
) -> bool:
    """Return whether a cell needs no other try: what it builds on is not to blame."""
    cell = evidence.cell(question.name)
    if cell is None or not cell.changed or cell.ename == "DeadKernelError":
        return True
    return cell.status == "ok" and not lesson.foundations(question) & {one.name for one in lost}


def _to_blame(
    evidence: Evidence, lesson: Lesson, question: Question, lost: Sequence[Question]
) -> frozenset[str]:
    """Return what a cell that stopped with an error builds on, where all of that can be used.

    A loss for other labels is no error where it is chosen, but in ``fit``. It must not cost more
    points than a blank does. What could be trained is not to blame. Whether any of it is a mistake,
    the judge says: see ``applied``.
    """
    cell, bases = evidence.cell(question.name), lesson.foundations(question)
    fits = evidence.recorded.fits if evidence.recorded else ()
    if cell is None or cell.status != "error" or cell.ename in OWN_SLIPS:
        return frozenset()
    if bases & {one.name for one in lost} or any(fit.epochs_done for fit in fits):
        return frozenset()
    return bases


def replaced(evidence: Evidence, lesson: Lesson) -> list[str]:
    """Return the questions in the place of whose cells the solution was run."""
    cells = {one.name: evidence.cell(one.name) for one in lesson.questions}
    return [name for name, cell in cells.items() if cell and cell.replaced]


def applied(
    report: Report, evidence: Evidence, second: Verdicts, lesson: Lesson, share: float
) -> Report:
    """Return a report in which the second run counts, where that helps.

    The questions whose cells were replaced keep what they have, and so does what does not build on
    them, or only on what is right: cells that are right one by one and fail together have lost what
    they never did. The others earn ``share`` of their points, unless they have as many already. A
    second run that was interrupted needs a look as a first one does.
    """
    report = replace(report, interrupted=report.interrupted or evidence.run.interrupted)
    cells = replaced(evidence, lesson)
    wrong = _wrong(report)
    then = {one.id: one for one in second.checks}
    better: dict[str, Iterator[CheckResult]] = {}
    for question in lesson.questions:
        own = report.of(question.name)
        bases = [name for name in cells if name in lesson.foundations(question)]
        if bases and question.name not in cells and wrong & lesson.foundations(question):
            marked = [_marked(one, then.get(one.id), bases, share) for one in own]
            if _points(marked) >= _points(own):
                better[question.name] = iter(marked)
    checks = tuple(
        next(better[one.question]) if one.question in better else one for one in report.checks
    )
    if checks == report.checks:
        return report
    # In front: where a cell met a limit, the last note says so.
    notes = (NOTE.format(cells=named(cells)), *report.notes)
    return replace(report, checks=checks, notes=notes, followed=evidence.run.program)


def without_notes(report: Report) -> Report:
    """Return a report without the notes that were added here."""
    own = tuple(note.partition("{")[0] for note in (NOTE, MISSING_NOTE))
    return replace(report, notes=tuple(one for one in report.notes if not one.startswith(own)))


def _marked(
    first: CheckResult, second: CheckResult | None, bases: Sequence[str], share: float
) -> CheckResult:
    sentence = SENTENCES.get(second.outcome) if second else None
    if second is None or sentence is None:
        return first
    return replace(
        first,
        outcome=second.outcome,
        points=round(share * second.points, 6),
        max_points=second.max_points,
        message=sentence.format(cells=named(bases)),
        help="",
        why="",
        how="",
        misconception=second.misconception,
        standing=None,
    )


def _wrong(report: Report) -> set[str]:
    """Return the names of the questions of which not all is right."""
    return {one.question for one in report.checks if one.outcome not in RIGHT}


def _points(checks: Sequence[CheckResult]) -> float:
    return sum(one.points for one in checks)


def named(cells: Sequence[str]) -> str:
    """Return the names of cells for a sentence: ``build`` and ``compile``, in backticks."""
    names = [f"`{name}`" for name in cells]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
