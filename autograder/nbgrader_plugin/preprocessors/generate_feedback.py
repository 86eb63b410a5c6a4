"""``nbgrader generate_feedback``: manual scores are shown before the results of the checks.

The verdicts are in the notebook since it was graded; manual scores are entered afterwards.
"""

from __future__ import annotations

from html import escape
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.lesson import Lesson
from autograder.nbgrader_plugin.lessons import lesson_of
from autograder.notebooks.restore import grade_id
from autograder.reports import notebook_html, phrases
from autograder.reports.annotate import notice


class ShowResults(NbGraderPreprocessor):
    """A preprocessor that shows manual scores at each grade cell, without the bare number."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Change what the grade cells of a lesson show."""
        lesson = lesson_of(resources)
        if lesson is None:
            return nb, resources
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            own = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            manual = {grade.name: _manual_points(grade) for grade in own.grades}
        checks = {question.grade_id for question in lesson.questions}
        for cell in nb.cells:
            if (name := grade_id(cell)) in checks:
                outputs = [one for one in cell.outputs if not notebook_html.is_points(cell, one)]
                text = manual.get(name, "")
                cell.outputs = [notice(text), *outputs] if text else outputs
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """nbgrader's page; its index names the questions instead of “Test cell”."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert the notebook of a submission."""
        page, resources = super().from_notebook_node(nb, resources, **kw)
        lesson = lesson_of(resources)
        return (with_titles(page, lesson) if lesson else page), resources


def with_titles(page: str, lesson: Lesson) -> str:
    """Put the titles of the questions into the index of a page."""
    for question in lesson.questions:
        link = f'href="#{question.grade_id}">'
        page = page.replace(f"{link}Test cell<", f"{link}{escape(question.title)}<")
    return page


def _manual_points(grade: Grade) -> str:
    """Return the manual points in a sentence; empty if only the judge gave points."""
    parts = []
    if grade.manual_score is not None:
        most = phrases.number(grade.max_score)
        parts.append(f"{phrases.number(grade.manual_score)} of {most} points")
    if grade.extra_credit:
        parts.append(f"extra credit of {phrases.number(grade.extra_credit)}")
    if not parts:
        return ""
    return f"Graded by hand: {' and '.join(parts)}; below are the results of the automatic check."
