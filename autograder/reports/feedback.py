"""The feedback for a student: the report, and below it the notebook as it was run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from autograder.core.lesson import Lesson, Question
from autograder.core.report import Report
from autograder.reports import notebook_html, phrases, sanitize, templates
from autograder.reports.annotate import ABOUT


def page(report: Report, lesson: Lesson, notebook: NotebookNode | None) -> str:
    """Return the page as one file; ``annotate.filled`` put the report into ``notebook`` already."""
    # The notes on the whole submission are above already.
    cells = notebook and [cell for cell in notebook.cells if cell.get("id") != ABOUT]
    return templates.render(
        "feedback.html", report=report, lesson=lesson, cells=cells, notebook=notebook_html
    )


def decision(question: Question, comment: str | None, score: float | None) -> str:
    """Return as HTML what a person decided: a comment in Markdown, a manual score; or neither."""
    if comment is None and score is None:
        return ""
    made = MarkdownIt("commonmark", {"html": False}).render(comment or "")
    points = ""
    if score is not None:
        points = f"{phrases.number(score)} of {phrases.number(question.points)} points."
    return templates.card("decision", sanitize.markup(made, protocols=("http", "https")), points)


def with_decisions(page: str, decisions: Mapping[str, str]) -> str:
    """Return the page with what :func:`decision` made for these questions, in its place.

    The places are comments in HTML, which nothing that a student wrote is shown with.
    """

    def filled(found: re.Match[str]) -> str:
        return f"{found[1]}{decisions.get(found[2], found[3])}<!--/review-->"

    return re.sub(r"(<!--review (\w+)-->)(.*?)<!--/review-->", filled, page, flags=re.DOTALL)
