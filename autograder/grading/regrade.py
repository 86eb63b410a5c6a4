"""A class judged again from stored evidence: nothing is run, TensorFlow is not loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.core import decode
from autograder.core.config import Course
from autograder.core.errors import JudgeError, SubmissionError, writing
from autograder.core.evidence import EVIDENCE, has_evidence, load
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.core.report import Outcome, Report
from autograder.core.verdicts import Verdicts
from autograder.grading import follow_through, result_files
from autograder.grading.discovery import readable
from autograder.grading.limited_process import LimitedProcess, OverBudgetError
from autograder.judge.judge_process import Judge

# Bytes of evidence that are judged together: all of it for any ordinary class.
MAX_BYTES = 512 * 2**20


@dataclass(frozen=True, kw_only=True)
class StoredResult:
    """The stored result of one submission from an earlier grading.

    Of a ``damaged`` one nothing is known: its report only says so, in ``Report.trouble``.
    """

    folder: Path
    report: Report
    damaged: bool = False

    @property
    def was_run(self) -> bool:
        """Whether there is evidence, and a report that says of what."""
        return not self.damaged and has_evidence(self.folder)

    @property
    def second(self) -> Path:
        """The folder for the evidence of the run that followed."""
        return self.folder / follow_through.FOLDER

    @property
    def size(self) -> int:
        """The bytes of its evidence."""
        return sum(path.stat().st_size for path in self.folder.rglob(EVIDENCE))


def stored_results(folder: Path) -> list[StoredResult]:
    """Return what is stored in the folder of a lesson's results, by name.

    Raises:
        SubmissionError: there is nothing.
    """
    found = [_stored_result(path) for path in sorted(folder.glob("*/report.json"))]
    if not found:
        raise SubmissionError(f"There are no results in {folder}. Grade the submissions first.")
    return found


def _stored_result(path: Path) -> StoredResult:
    try:
        report = decode.from_json(path.read_bytes(), Report)
    except (OSError, ValueError, RecursionError) as error:
        return StoredResult(folder=path.parent, report=_unread(path, error), damaged=True)
    return StoredResult(folder=path.parent, report=report)


def _unread(path: Path, error: Exception) -> Report:
    trouble = f"{path} cannot be read ({error}). Grade this submission again."
    results_folder, lesson = path.parent.name, path.parent.parent.name
    return Report(
        name=readable(results_folder),
        notebook="",
        status="failed",
        reason="The report that was kept cannot be read. Grade this submission again.",
        lesson=lesson,
        results_folder=results_folder,
        full_score=load_lesson(lesson).max_score if lesson in lesson_names() else 0.0,
        trouble=readable(trouble),
    )


def regrade(folder: Path, lesson: Lesson, course: Course) -> Iterator[Report]:
    """Judge again, in one pytest session, what is stored in the folder of a lesson's results.

    Of evidence that cannot be read, such as that of an older version, the reason is given in a
    ``failed`` report, and what was written before stays; so it is where the judge failed, with its
    last output in ``Report.trouble``.

    Raises:
        SubmissionError: there is nothing to judge.
        ResultsError: the results cannot be written.
    """
    submissions = stored_results(folder)
    with Judge(course) as judge, LimitedProcess() as reader:
        for batch in _batches(one for one in submissions if one.was_run):
            for one, answer in _answers(judge, batch, lesson):
                yield _judged(one, answer, lesson, course, reader)
    yield from (one.report for one in submissions if not one.was_run)


def _batches(submissions: Iterable[StoredResult]) -> Iterator[list[StoredResult]]:
    batch: list[StoredResult] = []
    size = 0
    for one in submissions:
        size += one.size
        if batch and size > MAX_BYTES:
            yield batch
            batch, size = [], one.size
        batch.append(one)
    if batch:
        yield batch


Answer = Verdicts | str | JudgeError


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the judge says of a run, and of the one that followed it, if there is one."""

    first: Answer
    second: Answer | None = None


def _answers(
    judge: Judge, batch: Sequence[StoredResult], lesson: Lesson
) -> Iterator[tuple[StoredResult, Answers]]:
    """Yield the judge's answers for each; where it fails, ask for each one separately."""
    folders = {one.folder: one.report.program for one in batch}
    folders |= {one.second: one.report.followed for one in batch if one.report.followed}
    try:
        verdicts = judge.judge(folders, lesson)
    except JudgeError as error:
        if len(batch) == 1:
            yield batch[0], Answers(first=error)
            return
        for one in batch:
            yield from _answers(judge, [one], lesson)
        return
    for one in batch:
        first = verdicts[str(one.folder.resolve())]
        yield one, Answers(first=first, second=verdicts.get(str(one.second.resolve())))


def _judged(
    one: StoredResult, answers: Answers, lesson: Lesson, course: Course, reader: LimitedProcess
) -> Report:
    for answer in (answers.first, answers.second):
        if isinstance(answer, str):
            return replace(one.report, status="failed", reason=answer, checks=())
        if isinstance(answer, JudgeError):
            reason = f"The grader itself failed: {answer}".partition("\n")[0]
            trouble = str(answer)
            return replace(one.report, status="failed", reason=reason, checks=(), trouble=trouble)
    assert isinstance(answers.first, Verdicts)
    report = replace(
        one.report, checks=answers.first.checks, measures=answers.first.measures, trouble=None
    )
    report = _followed(one, report, answers.second, lesson, course)
    if report == one.report:
        return report
    notebook = result_files.read_notebook(one.folder)
    try:
        drawn = notebook and result_files.draw_limited(
            reader, notebook, report, lesson, fresh=False
        )
    except OverBudgetError as error:
        return replace(one.report, status="failed", reason=str(error), checks=())
    with writing():
        if drawn:
            result_files.write(one.folder, drawn)
        else:
            result_files.write_report(one.folder, report, lesson)
    return report


def _followed(
    one: StoredResult, report: Report, second: Answer | None, lesson: Lesson, course: Course
) -> Report:
    """Return a report in which the second run counts, or that says where there should be one."""
    share = course.settings.follow_through
    report = follow_through.without_notes(report)
    if share and isinstance(second, Verdicts):
        return follow_through.applied(report, load(one.second), second, lesson, share)
    if not share or not any(check.outcome is Outcome.SKIPPED for check in report.checks):
        return report
    known = follow_through.solutions(course, lesson)
    names = follow_through.stand_ins(load(one.folder), lesson, report)
    lost = [name for name in names if name in known]
    if not lost:
        return report
    note = follow_through.MISSING_NOTE.format(cells=follow_through.named(lost))
    return replace(report, notes=(note, *report.notes))
