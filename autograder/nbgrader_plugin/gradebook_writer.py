"""The only writer to nbgrader's gradebook: what ``nbgrader autograde`` would write, for a class.

Rows and the folders under ``autograded/`` of a batch of submissions are written together, in one
transaction; manual scores are kept just as nbgrader keeps them. One thing differs: a manually
graded answer needs no manual grading again while the submission stays the same.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from nbformat import NotebookNode
from nbgrader.api import Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from sqlalchemy.orm import Session

from autograder.core.config import Course
from autograder.core.errors import CourseError
from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.nbgrader_plugin import best_attempt
from autograder.nbgrader_plugin.autograded_dir import (
    AutogradedDir,
    is_valid_student,
    submission_time,
)
from autograder.nbgrader_plugin.course_config import (
    GENERATE,
    course_directory,
    database_errors,
    open_gradebook,
)
from autograder.nbgrader_plugin.gradebook_rows import (
    CellRows,
    Released,
    missing_students,
    released,
    submissions,
)
from autograder.nbgrader_plugin.preprocessor_runner import AutogradeSteps, RecordedGrades
from autograder.nbgrader_plugin.preprocessors.autograde import REPORT_KEY, SAME_KEY
from autograder.nbgrader_plugin.review_marks import ReviewMarks
from autograder.notebooks.lesson_notebook import read_lesson_notebook
from autograder.reports.annotate import filled


@dataclass(frozen=True, kw_only=True)
class GradebookEntry:
    """One graded submission.

    ``notebook`` shows the report; ``None`` if it could not be read: the released notebook then
    shows why. ``folder`` is the student's, for the time and the other files.
    """

    student: str
    lesson: Lesson
    report: Report
    notebook: NotebookNode | None = None
    folder: Path | None = None


class GradebookWriter:
    """The writer to a course's gradebook, as configured in its ``nbgrader_config.py``.

    A context manager. Use one at a time: it is meant to be the only writer. ``unpublished`` lists
    the folders under ``autograded/`` that do not match the gradebook.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._directory = course_directory(course.folder())
        self._autograde = Autograde(coursedir=self._directory, config=self._directory.config)
        self._steps = AutogradeSteps(self._autograde)
        self._keeps_best = course.settings.keep == "best"
        self._review = ReviewMarks(course=course)
        self._gradebook: Gradebook | None = None
        self.unpublished: list[str] = []

    def __enter__(self) -> Self:
        self._gradebook = open_gradebook(self._directory)
        return self

    def __exit__(self, *_: object) -> None:
        if self._gradebook:
            self._gradebook.close()

    def write(self, entries: Sequence[GradebookEntry]) -> list[str]:
        """Write a batch of submissions, all of them or none; return remarks for the instructor.

        Raises:
            CourseError: the assignment is not in the gradebook, or it cannot be written.
        """
        assert self._gradebook is not None, "use it in a `with`"
        # The last of several entries for one student counts.
        latest = {(entry.lesson.name, entry.student): entry for entry in entries}
        folders: list[AutogradedDir] = []
        remarks: list[str] = []
        db: Session = self._gradebook.db()
        with database_errors(self._directory.db_url):
            try:
                self._write(db, list(latest.values()), folders, remarks)
                db.commit()
            except BaseException:
                db.rollback()
                for folder in folders:
                    folder.discard()
                raise
            finally:
                # A connection that idles until the next batch may be cut.
                self._gradebook.close()
        self.unpublished += [why for folder in folders if (why := folder.publish())]
        self.unpublished += self._missing_folders(
            set(latest) - {(one.assignment, one.student) for one in folders}
        )
        return remarks

    def _missing_folders(self, superseded: set[tuple[str, str]]) -> Iterator[str]:
        """Yield a remark for each student whose earlier submission counts but has no folder."""
        for assignment, student in sorted(superseded):
            path = AutogradedDir(self._autograde, assignment, student).path
            if not path.is_dir():
                yield (
                    f"{student}: an earlier submission counts, and {path}, which cannot be made"
                    " from a later one, is missing. Grade the earlier one again."
                )

    def _write(
        self,
        db: Session,
        entries: Sequence[GradebookEntry],
        folders: list[AutogradedDir],
        remarks: list[str],
    ) -> None:
        # Nothing is sent before everything is ready: SQLite is locked only briefly.
        with db.no_autoflush:
            self._add_students(db, [entry.student for entry in entries])
            rows = {}
            for lesson in {entry.lesson.name: entry.lesson for entry in entries}.values():
                known = self._released(db, lesson)
                students = [entry.student for entry in entries if entry.lesson.name == lesson.name]
                rows[lesson.name] = known, submissions(db, known, students)
            group = []
            for entry in entries:
                known, there = rows[entry.lesson.name]
                submission = there[entry.student]
                earlier = best_attempt.earlier_attempt(submission) if self._keeps_best else None
                recorded = self._record(db, entry, known, submission, remarks)
                if earlier and (why := earlier.reason_to_keep(recorded, self._steps)):
                    best_attempt.undo(db, submission)
                    remarks.append(f"{entry.student}: {why}")
                    continue
                group.append(recorded)
                folders.append(AutogradedDir(self._autograde, entry.lesson.name, entry.student))
                remarks += _make_folder(folders[-1], entry, recorded.notebook)
        remarks += self._review.store(db, [one.notebook_row for one in group])
        self._steps.penalise(db, group)

    def _add_students(self, db: Session, students: Sequence[str]) -> None:
        for student in students:
            if not is_valid_student(student):
                raise CourseError(f"“{student}” cannot be the name of a student's folder.")
        missing = missing_students(db, students)
        if missing and not self._autograde.create_student:
            raise CourseError(f"There is no student {', '.join(missing)} in the gradebook.")
        db.add_all(Student(id=student) for student in missing)

    def _released(self, db: Session, lesson: Lesson) -> Released:
        known = released(db, lesson.name)
        if known is None or lesson.name not in known.names.values():
            raise CourseError(f"{lesson.name} is not in the gradebook yet. {GENERATE}")
        return known

    def _record(
        self,
        db: Session,
        entry: GradebookEntry,
        known: Released,
        submission: SubmittedAssignment,
        remarks: list[str],
    ) -> RecordedGrades:
        before = submission.timestamp
        try:
            if time := submission_time(self._directory, entry.folder):
                submission.timestamp = time
        except ValueError as error:
            remarks.append(f"{entry.student}: {error}: check by hand whether it was late.")
        others = known.by_name(submission)
        own = others.pop(entry.lesson.name)
        for name, other in others.items():
            if not entry.folder or not (entry.folder / f"{name}.ipynb").exists():
                _give_zero(other)
        resources = {
            "nbgrader": {
                "student": entry.student,
                "assignment": entry.lesson.name,
                "notebook": entry.lesson.name,
                "db_url": self._directory.db_url,
            },
            REPORT_KEY: entry.report,
            SAME_KEY: before is not None and submission.timestamp == before,
        }
        rows = CellRows(known, own)
        notebook = self._steps.record(self._notebook_of(entry), resources, rows)
        self._review.mark(db, entry.lesson, entry.report, entry.notebook, rows)
        return RecordedGrades(submission=submission, notebook_row=own, notebook=notebook)

    def _notebook_of(self, entry: GradebookEntry) -> NotebookNode:
        if entry.notebook is not None:
            return _copy_notebook(entry.notebook)
        blank = read_lesson_notebook(self._course.released(entry.lesson))
        return filled(blank, entry.report, entry.lesson)


def _make_folder(folder: AutogradedDir, entry: GradebookEntry, notebook: NotebookNode) -> list[str]:
    try:
        return folder.make(entry.lesson.notebook, notebook, entry.folder)
    except OSError as error:
        raise CourseError(f"{folder.path}: {error.strerror or error}") from error


def _copy_notebook(notebook: NotebookNode) -> NotebookNode:
    """Return a copy for nbgrader's preprocessors to change, without copying the images."""
    copied = copy.copy(notebook)
    copied.cells = [copy.copy(cell) for cell in notebook.cells]
    for cell in copied.cells:
        cell.metadata = copy.deepcopy(cell.metadata)
        if "outputs" in cell:
            cell.outputs = [copy.copy(output) for output in cell.outputs]
    return copied


def _give_zero(other: SubmittedNotebook) -> None:
    """Give zero points for another notebook of the assignment that was not handed in."""
    for grade in other.grades:
        grade.auto_score, grade.needs_manual_grade = 0, False
