"""``nbgrader generate_solution``: the solution, run and judged as a submission would be."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from autograder.core.config import find_course
from autograder.core.errors import IsolationError, LessonError
from autograder.core.lesson import Lesson
from autograder.grading.discovery import Submission
from autograder.grading.result_files import Graded
from autograder.nbgrader_plugin.lessons import grader_for, lesson_of
from autograder.notebooks.restore import Restored
from autograder.notebooks.solution import sealed, strip_markers


class StripSolutionMarkers(NbGraderPreprocessor):
    """A preprocessor that removes the markers and the blanks from a solution."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Strip the markers from the cells of a lesson."""
        if lesson_of(resources):
            for cell in nb.cells:
                cell.source = strip_markers(cell.source)
        return nb, resources


class RunSolution(Execute):
    """A preprocessor that runs the solution like a submission, so that it shows the verdicts."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run and judge the solution; put the verdicts into its cells.

        Raises:
            LessonError: it does not earn every point.
        """
        lesson = lesson_of(resources)
        if lesson is None:
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources, **kw)
            return answer
        restored = Restored(
            notebook=nb, changed=frozenset(question.name for question in lesson.questions)
        )
        submission = Submission(name="solution", path=Path(lesson.notebook))
        with tempfile.TemporaryDirectory() as results:
            graded = self._graded(submission, lesson, restored, Path(results))
        if graded.report.score != graded.report.max_score:
            raise LessonError(f"The solution does not pass: {graded.report.first_message}")
        return sealed(graded.notebook, lesson.thresholds), resources

    def _graded(
        self, submission: Submission, lesson: Lesson, restored: Restored, results: Path
    ) -> Graded:
        course = find_course(Path.cwd())
        try:
            with replace(grader_for(course), results=results) as grader:
                return grader.run_and_judge(submission, lesson, restored, "solution")
        except IsolationError as error:
            # Unlike a submission it is the instructor's code.
            self.log.warning("The solution is run without isolation. %s", error)
        unsandboxed = replace(course, settings=replace(course.settings, isolation="none"))
        with replace(grader_for(unsandboxed), results=results) as grader:
            return grader.run_and_judge(submission, lesson, restored, "solution")
