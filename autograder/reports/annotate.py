"""Write a report into its notebook, where nbgrader and people look for it."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode

from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Report
from autograder.reports import html, phrases, sanitize

# The id of the first cell, with the notes on the whole submission.
ABOUT = "about"


def filled(notebook: NotebookNode, report: Report, lesson: Lesson) -> NotebookNode:
    """Return a copy that is safe to open and whose grade cells show the judge's results.

    The cell's value is a plain float, which nbgrader takes as the points; checks that are not
    applicable here count as earned, because nbgrader's maximum is the same for all.
    """
    notebook = copy.deepcopy(notebook)
    sanitize.clean(notebook)
    return refilled(notebook, report, lesson)


def refilled(notebook: NotebookNode, report: Report, lesson: Lesson) -> NotebookNode:
    """Put another report into a notebook that :func:`filled` made, and return the notebook."""
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") != ABOUT]
    for question in lesson.questions:
        results = report.of(question.name)
        shown = _shown(html.answer(question, results), phrases.answer(question, results))
        if report.status == "failed":
            shown = notice(report.reason or "")
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == question.grade_id:
                value = _value(points(question, results), cell.get("execution_count"))
                cell.outputs = [shown, value]
    if remarks := phrases.remarks(report):
        notebook.cells.insert(0, _notes_cell(remarks))
    return notebook


def notice(message: str) -> NotebookNode:
    """Return one friendly line as an output of a cell."""
    return _shown(html.notice(message), message)


def points(question: Question, results: Sequence[CheckResult]) -> float:
    """Return the points that a question earns; what is not applicable counts as earned."""
    max_points = sum(one.max_points for one in results)
    if not max_points:
        return question.points if results else 0.0
    return sum(one.points for one in results) / max_points * question.points


def _shown(page: str, text: str) -> NotebookNode:
    data = {"text/html": page, "text/plain": text}
    output: NotebookNode = nbformat.v4.new_output("display_data", data=data)
    return output


def _value(earned: float, count: int | None) -> NotebookNode:
    data = {"text/plain": repr(round(float(earned), 6))}
    output: NotebookNode = nbformat.v4.new_output("execute_result", data=data)
    output.execution_count = count
    return output


def _notes_cell(notes: list[str]) -> NotebookNode:
    lines = "\n".join(f"- {sanitize.markdown(note)}" for note in notes)
    text = f"**About this submission**\n\n{lines}"
    cell: NotebookNode = nbformat.v4.new_markdown_cell(text, id=ABOUT)
    return cell
