"""Puts our judge into nbgrader's own commands. The only module that knows nbgrader's inside.

``configure(c)`` in ``nbgrader_config.py`` is all a course needs. An assignment that is no lesson
of ours is handled by nbgrader as ever.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearMarkScheme,
    ClearOutput,
    DeduplicateIds,
    Execute,
    IncludeHeaderFooter,
    LimitOutput,
    LockCells,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.config import Config

from autograder import dataset
from autograder.course import Course, find_course
from autograder.errors import LessonError, SubmissionError
from autograder.execution.reading import read_notebook
from autograder.execution.restore import Restored, restore
from autograder.grading import Grader, place_for, unreadable
from autograder.lesson import Lesson, lesson_names, load_lesson
from autograder.report import Outcome
from autograder.solution import sealed, strip_markers
from autograder.submissions import Submission, choose

# What the first pass, which puts a notebook right, leaves for the second, which runs it.
META = "autograder"


def configure(c: Config) -> None:
    """Set up nbgrader for our lessons, in a course's ``nbgrader_config.py``."""
    c.CourseDirectory.solution_directory = "solutions"
    c.ClearSolutions.code_stub = {"python": "# Your code here"}
    c.GenerateSolution.preprocessors = [
        IncludeHeaderFooter,
        LockCells,
        ClearOutput,
        StripSolutionMarkers,
        ClearMarkScheme,
        RunSolution,
    ]
    c.Autograde.exporter_class = SubmissionExporter
    c.Autograde.pre_convert_hook = one_notebook
    c.Autograde.sanitize_preprocessors = [
        ClearOutput,
        PutRight,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [
        RunAndJudge,
        LimitOutput,
        SaveJudgedGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]


def one_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """Before a submission is graded: exactly the assignment's notebook, whatever it is called.

    nbgrader hands over its own list, so that it is changed in place.
    """
    del assignment, student
    folder = Path(notebooks[0]).parent
    if folder.name in lesson_names():
        notebooks[:] = [str(folder / f"{folder.name}.ipynb")]


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Reads a submission of any name and kind; what is no notebook is replaced by the blank one."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert the notebook, having noted what was the matter with the file."""
        path = Path(filename)
        lesson = _lesson(resources)
        # nbgrader converts twice with the same exporter; only the first time is it a submission.
        if lesson is None or not getattr(self.parent, "_sanitizing", False):
            answer: tuple[Any, dict[str, Any]] = super().from_filename(filename, resources, **kw)
            return answer
        resources = {**(resources or {}), "metadata": {"path": str(path.parent), "name": path.stem}}
        answer = self.from_notebook_node(_read_submission(path, lesson), resources, **kw)
        return answer


def _read_submission(path: Path, lesson: Lesson) -> NotebookNode:
    notes: tuple[str, ...] = ()
    try:
        found = sorted(path.parent.glob("*.ipynb"))
        if not found:
            raise SubmissionError("There is no notebook in this folder.")
        chosen, notes = choose(found, path.name)
        read = read_notebook(chosen)
        notebook, unreadable = read.notebook, None
        notes += read.notes
    except SubmissionError as error:
        course = find_course(Path.cwd())
        notebook = nbformat.read(course.released(lesson), as_version=4)
        unreadable = str(error)
    notebook.metadata[META] = {"notes": list(notes), "unreadable": unreadable}
    return notebook


class PutRight(DeduplicateIds):  # type: ignore[misc]
    """Brings our cells back to what was released, before nbgrader looks at them."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore the notebook; keep what was found for the run."""
        lesson = _lesson(resources)
        if lesson is None:
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
            return answer
        course = find_course(Path.cwd())
        told = nb.metadata.get(META, {})
        restored = restore(nb, nbformat.read(course.released(lesson), as_version=4))
        notebook = restored.notebook
        notebook.metadata[META] = {
            "notes": [*told.get("notes", ()), *restored.notes],
            "changed": sorted(restored.changed),
            "unreadable": told.get("unreadable"),
        }
        for note in restored.notes:
            self.log.warning(note)
        return notebook, resources


class RunAndJudge(Execute):  # type: ignore[misc]
    """Runs the notebook apart and writes the judge's answers into the grade cells."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run, judge, fill in."""
        lesson = _lesson(resources)
        if lesson is None:
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources, **kw)
            return answer
        told = nb.metadata.pop(META, {})
        course = find_course(Path.cwd())
        restored = Restored(
            notebook=nb,
            notes=tuple(told.get("notes", ())),
            changed=frozenset(told.get("changed", ())),
        )
        folder = Path(resources["metadata"]["path"])
        submission = Submission(
            name=resources["nbgrader"]["student"], path=folder / lesson.notebook, folder=folder
        )
        if reason := told.get("unreadable"):
            graded = unreadable(submission, restored, lesson, str(reason))
        else:
            grader = _grader(course)
            place = place_for(submission.name)
            graded = grader.run_and_judge(submission, lesson, restored, place)
        resources[META] = graded.report
        return graded.notebook, resources


class SaveJudgedGrades(SaveAutoGrades):  # type: ignore[misc]
    """Saves the points; where a check could not tell, asks for a person as well."""

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._add_score(cell, resources)
        report = resources.get(META)
        grade_id = cell.metadata["nbgrader"]["grade_id"]
        results = report.of(grade_id.removeprefix("check-")) if report else ()
        if any(one.outcome is Outcome.ERROR for one in results):
            gradebook: Gradebook = self.gradebook
            grade = gradebook.find_grade(
                grade_id, self.notebook_id, self.assignment_id, self.student_id
            )
            grade.needs_manual_grade = True
            gradebook.db.commit()


class StripSolutionMarkers(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes the markers and the blanks out of a solution that is to be published."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Strip one cell."""
        del cell_index
        cell.source = strip_markers(cell.source)
        return cell, resources


class RunSolution(Execute):  # type: ignore[misc]
    """Runs the solution as a submission is run, so that its checks show what the judge says."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run, judge, fill in; a solution that does not earn every point is not published."""
        lesson = _lesson(resources)
        if lesson is None:
            answer: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources, **kw)
            return answer
        restored = Restored(
            notebook=nb, changed=frozenset(question.name for question in lesson.questions)
        )
        submission = Submission(name="solution", path=Path(lesson.notebook))
        with tempfile.TemporaryDirectory() as results:
            grader = replace(_grader(find_course(Path.cwd())), results=Path(results))
            graded = grader.run_and_judge(submission, lesson, restored, "solution")
        if graded.report.score != graded.report.max_score:
            raise LessonError(f"The solution does not pass: {graded.report.first_message}")
        return sealed(graded.notebook), resources


def _grader(course: Course) -> Grader:
    home = dataset.active_home()
    return Grader(course=course, data_home=home, results=(course.root or Path.cwd()) / "results")


def _lesson(resources: dict[str, Any] | None) -> Lesson | None:
    assignment = (resources or {}).get("nbgrader", {}).get("assignment")
    return load_lesson(assignment) if assignment in lesson_names() else None
