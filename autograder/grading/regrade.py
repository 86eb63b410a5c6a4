"""A class judged again from evidence that is kept: nothing is run, TensorFlow is not loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from nbformat import NotebookNode

from autograder.course import Course
from autograder.errors import SubmissionError, writing
from autograder.grading import results
from autograder.judge_process import Judge
from autograder.lesson import Lesson
from autograder.render.notebook import refilled
from autograder.report import Report

# A report, and the notebook that shows it, where there is one.
Regraded = tuple[Report, NotebookNode | None]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What an earlier grading has left of one submission."""

    folder: Path
    report: Report

    @property
    def notebook(self) -> NotebookNode | None:
        """The notebook that shows the report; its own outputs were cleaned when it was written."""
        return results.read_notebook(self.folder)


def kept(folder: Path) -> list[Kept]:
    """What is kept in the folder of a lesson's results, by name.

    Raises:
        SubmissionError: there is nothing.
    """
    found = []
    for path in sorted(folder.glob("*/report.json")):
        try:
            report = msgspec.json.decode(path.read_bytes(), type=Report)
        except ValueError as error:
            raise SubmissionError(f"{path} is not a report ({error}). Grade it again.") from error
        found.append(Kept(folder=path.parent, report=report))
    if not found:
        raise SubmissionError(f"There are no results in {folder}. Grade the submissions first.")
    return found


def regrade(folder: Path, lesson: Lesson, course: Course) -> Iterator[Regraded]:
    """Judge again, in one pytest session, what is kept in the folder of a lesson's results.

    Of evidence that cannot be read, such as that of an older version, the reason is told in a
    ``failed`` report, and what was written before stays.

    Raises:
        SubmissionError: there is nothing to judge.
        ResultsError: the results cannot be written.
    """
    submissions = kept(folder)
    ran = [one.folder for one in submissions if (one.folder / "evidence.json").exists()]
    with Judge(course) as judge:
        verdicts = judge.judge(ran, lesson) if ran else {}
    for one in submissions:
        said = verdicts.get(str(one.folder.resolve()))
        if said is None:
            yield one.report, one.notebook
        elif isinstance(said, str):
            report = replace(one.report, status="failed", reason=said, checks=())
            yield report, None
        else:
            report = replace(one.report, checks=said.checks, measures=said.measures)
            yield _rewritten(one, report, lesson)


def _rewritten(one: Kept, report: Report, lesson: Lesson) -> Regraded:
    notebook = one.notebook
    if notebook is not None:
        notebook = refilled(notebook, report, lesson)
    if report != one.report:
        with writing():
            results.write_report(one.folder, report, lesson)
            if notebook is not None:
                results.write_notebook(one.folder, notebook)
    return report, notebook
