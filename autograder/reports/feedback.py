"""The feedback for a student: the report, and below it the notebook as it was run."""

from __future__ import annotations

import functools
from pathlib import Path

from nbformat import NotebookNode

from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.reports import html, notebook_html
from autograder.reports.annotate import ABOUT


def page(report: Report, lesson: Lesson, notebook: NotebookNode | None) -> str:
    """Return the page as one file; ``annotate.filled`` put the report into ``notebook`` already."""
    if notebook is None:
        return html.page(report, lesson)
    # The notes on the whole submission are above already.
    cells = notebook_html.notebook(notebook, without=ABOUT)
    below = (
        f'<section class="notebook" aria-label="Notebook"><h2>The notebook</h2>{cells}</section>'
    )
    return html.page(report, lesson, below=below, style=_style())


@functools.cache
def _style() -> str:
    own = (Path(__file__).parent / "feedback.css").read_text(encoding="utf-8")
    return own + notebook_html.style()
