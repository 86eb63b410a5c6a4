"""The feedback for a student: the report, and below it the notebook as it was run."""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.reports import notebook_html, templates
from autograder.reports.annotate import ABOUT


def page(report: Report, lesson: Lesson, notebook: NotebookNode | None) -> str:
    """Return the page as one file; ``annotate.filled`` put the report into ``notebook`` already."""
    # The notes on the whole submission are above already.
    cells = notebook and [cell for cell in notebook.cells if cell.get("id") != ABOUT]
    return templates.render(
        "feedback.html", report=report, lesson=lesson, cells=cells, notebook=notebook_html
    )
