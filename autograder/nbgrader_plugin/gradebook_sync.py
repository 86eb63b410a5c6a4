"""Reports written to the gradebook while a class is graded, in batches."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from autograder.core.config import Course
from autograder.core.errors import CourseError
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.grading import result_files
from autograder.nbgrader_plugin.course_config import course_directory, submitted_folder
from autograder.nbgrader_plugin.gradebook_writer import GradebookEntry, GradebookWriter
from autograder.nbgrader_plugin.review_marks import is_of_course

BATCH_SIZE = 50


def has_submissions(course: Course) -> bool:
    """Return whether a course has a ``submitted/`` folder; without it nothing is recorded."""
    if course.root is None:
        return False
    return submitted_folder(course_directory(course.root), ".", ".").is_dir()


class GradebookSync:
    """The recorder of reports on the course's ``submitted/`` folder, and on no other.

    A context manager. ``remarks`` are for the instructor; ``failed`` says whether something is not
    in the gradebook, ``incomplete`` whether something is, but not under ``autograded/``.
    ``folder`` holds the results.
    """

    def __init__(self, course: Course, folder: Path) -> None:
        assert course.root
        self._directory = course_directory(course.root)
        self._writer = GradebookWriter(course)
        self._results = folder
        self._waiting: list[GradebookEntry] = []
        self.remarks: list[str] = []
        self.failed = self.incomplete = False

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(self, *given: object) -> None:
        try:
            # After Ctrl-C too: these submissions are finished.
            self._write(self._waiting)
        finally:
            self._writer.__exit__(*given)
            self.remarks += self._writer.unpublished
            self.incomplete = bool(self._writer.unpublished)

    def add(self, report: Report) -> None:
        """Add a report; write the batch if it is full."""
        if not is_of_course(self._directory, report):
            return
        folder_of_results = self._results / report.lesson / report.results_folder
        entry = GradebookEntry(
            student=report.name,
            lesson=load_lesson(report.lesson),
            report=report,
            notebook=result_files.read_notebook(folder_of_results),
            folder=submitted_folder(self._directory, report.name, report.lesson).resolve(),
        )
        self._waiting.append(entry)
        if len(self._waiting) >= BATCH_SIZE:
            self._write(self._waiting)
            self._waiting = []

    def _write(self, group: list[GradebookEntry]) -> None:
        if not group:
            return
        try:
            self.remarks += self._writer.write(group)
        except CourseError as error:
            if len(group) == 1:
                self.failed = True
                self.remarks.append(f"{group[0].student} is not in the gradebook: {error}")
                return
            # To find the entry that cannot be written, and to write the others.
            middle = len(group) // 2
            self._write(group[:middle])
            self._write(group[middle:])
