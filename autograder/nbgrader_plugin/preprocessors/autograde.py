"""``nbgrader autograde``: restore the notebook, run it in a sandbox, record the verdicts."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.orm import Session

from autograder.core import printable
from autograder.core.config import find_course
from autograder.core.errors import SubmissionError
from autograder.core.lesson import Lesson
from autograder.core.report import Outcome, Report
from autograder.grading.discovery import Submission, choose
from autograder.grading.limited_process import OverBudgetError
from autograder.grading.result_files import ResultFolders, unreadable
from autograder.grading.results_lock import lock_results
from autograder.nbgrader_plugin import shared_processes
from autograder.nbgrader_plugin.course_config import submitted_folder
from autograder.nbgrader_plugin.gradebook_rows import CellRows, save_scores
from autograder.nbgrader_plugin.lessons import lesson_of
from autograder.notebooks.lesson_notebook import read_lesson_notebook
from autograder.notebooks.reader import read_notebook
from autograder.notebooks.restore import Restored, code_texts, restore

# Where the first pass, which restores a notebook, leaves data for the second, which runs it.
REPORT_KEY = "autograder"
# Set if it is known that the recorded submission is this one.
SAME_KEY = "autograder_same"


class SubmissionExporter(NotebookExporter):
    """A reader of submissions of any name and kind; the blank notebook replaces what is none."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert the notebook; note any problem with the file in its metadata."""
        path = Path(filename)
        lesson = lesson_of(resources)
        # nbgrader converts twice with the same exporter; only the first input is a submission.
        if lesson is None or not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **kw)
        resources = {**(resources or {}), "metadata": {"path": str(path.parent), "name": path.stem}}
        notebook = _read_submission(path, lesson)
        return self.from_notebook_node(notebook, resources, **kw)  # type: ignore[no-untyped-call,no-any-return]


def _read_submission(path: Path, lesson: Lesson) -> NotebookNode:
    notes: tuple[str, ...] = ()
    try:
        chosen, notes = chosen_notebook(path.parent, path.name)
        read = shared_processes.reader().call(read_notebook, chosen)
    except SubmissionError as error:
        notebook = copy.deepcopy(read_lesson_notebook(find_course(Path.cwd()).released(lesson)))
        notebook.metadata[REPORT_KEY] = {"notes": list(notes), "unreadable": str(error)}
        return notebook
    notebook = read.notebook
    notebook.metadata[REPORT_KEY] = {"notes": [*notes, *read.notes], "unreadable": None}
    return notebook


def chosen_notebook(folder: Path, expected_name: str) -> tuple[Path, tuple[str, ...]]:
    """Return which notebook of a folder is graded, and notes on the choice.

    No links: they could lead to other students.

    Raises:
        SubmissionError: there is none.
    """
    found = [one for one in sorted(folder.glob("*.ipynb")) if not one.is_symlink()]
    if not found:
        raise SubmissionError("There is no notebook in this folder.")
    return choose(found, expected_name)


class RestoreCells(NbGraderPreprocessor):
    """A preprocessor that restores our cells as released, before nbgrader reads them."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore the notebook; store what was found for the run."""
        lesson = lesson_of(resources)
        if lesson is None:
            return nb, resources
        course = find_course(Path.cwd())
        metadata = dict(nb.metadata.get(REPORT_KEY, {}))
        released = read_lesson_notebook(course.released(lesson))
        try:
            restored = shared_processes.reader().call(restore, nb, released)
        except OverBudgetError as error:
            restored = restore(released, released)
            metadata["unreadable"] = str(error)
        notebook = restored.notebook
        notebook.metadata[REPORT_KEY] = {
            "notes": [*metadata.get("notes", ()), *restored.notes],
            "changed": sorted(restored.changed),
            "unreadable": metadata.get("unreadable"),
        }
        for note in restored.notes:
            self.log.warning(printable.line(note))
        return notebook, resources


class RunAndJudge(Execute):
    """A preprocessor that runs the notebook in a sandbox and puts the verdicts into its cells."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run and judge the notebook; put the verdicts into its grade cells."""
        lesson = lesson_of(resources)
        if lesson is None:
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources, **kw)
            return answer
        metadata = nb.metadata.pop(REPORT_KEY, {})
        course = find_course(Path.cwd())
        restored = Restored(
            notebook=nb,
            notes=tuple(metadata.get("notes", ())),
            changed=frozenset(metadata.get("changed", ())),
            given_code=code_texts(read_lesson_notebook(course.released(lesson))),
        )
        folder = Path(resources["metadata"]["path"])
        student = resources["nbgrader"]["student"]
        submission = Submission(
            name=student,
            path=folder / lesson.notebook,
            folder=folder,
            source=submitted_folder(CourseDirectory(config=self.config), student, lesson.name),
        )
        grader = shared_processes.grader(course)
        with lock_results(grader.results, "nbgrader autograde", self.log.warning):
            results_folder = ResultFolders(grader.results).take(lesson, submission)
            if reason := metadata.get("unreadable"):
                grader.unrun(submission, str(reason), lesson, results_folder)
                graded = unreadable(submission, restored, lesson, str(reason))
            else:
                graded = grader.run_and_judge(submission, lesson, restored, results_folder)
        resources[REPORT_KEY] = graded.report
        return graded.notebook, resources


class SaveJudgedGrades(SaveAutoGrades):
    """A preprocessor that saves the points, as ``autograder grade`` does, in one transaction.

    An inconclusive check needs manual grading. nbgrader demands it again for every cell with a
    manual score. In a lesson we do so only if there is something new to review, so that nobody has
    to go through a class again just because it was graded again.

    What was decided on a group of alike answers is given here too.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the points and comments of a notebook."""
        lesson = lesson_of(resources)
        if lesson is None:
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
            return answer
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            rows = CellRows.fetched(
                gradebook.db, names["assignment"], names["notebook"], names["student"]
            )
            save_scores(self, nb, resources, rows)
            if f"{names['notebook']}.ipynb" == lesson.notebook and REPORT_KEY in resources:
                self._give_decisions(gradebook.db, lesson, resources[REPORT_KEY], nb, rows)
            gradebook.db.commit()
        return nb, resources

    def _give_decisions(
        self, db: Session, lesson: Lesson, report: Report, nb: NotebookNode, rows: CellRows
    ) -> None:
        course = find_course(Path.cwd())
        if course.decisions(lesson).exists():
            # Only here: in most courses nothing is decided on groups.
            from autograder.nbgrader_plugin.review_marks import ReviewMarks  # noqa: PLC0415

            for remark in ReviewMarks(course=course).follow(db, lesson, report, nb, rows):
                self.log.warning(remark)

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        if lesson_of(resources) is None:
            super()._add_score(cell, resources)
            return
        grade_id = cell.metadata["nbgrader"]["grade_id"]
        names = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(grade_id, *names)
        done = grade.manual_score is not None and not grade.needs_manual_grade
        before = grade.auto_score
        super()._add_score(cell, resources)
        report = resources.get(REPORT_KEY)
        results = report.of(grade_id.removeprefix("check-")) if report else ()
        review = grade.needs_manual_grade or any(one.outcome is Outcome.ERROR for one in results)
        # The judge gives no score for an answer in words.
        unchanged = grade.auto_score == before and (before is not None or resources.get(SAME_KEY))
        grade.needs_manual_grade = review and not (done and unchanged)
