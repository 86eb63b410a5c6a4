"""The students' notebook of a lesson that is written in one notebook."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from autograder.notebooks.authored import is_authored, read_lesson
from autograder.notebooks.written_lesson import POINTS, WrittenQuestion, part_tag


def student_notebook(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return a source notebook with grade cells for its checks, and without its other tagged cells.

    One in which no lesson is written is returned as it is.

    Raises:
        LessonError: as from :func:`read_lesson`.
    """
    if not is_authored(notebook):
        return notebook
    lesson = read_lesson(notebook, name)
    calls = {one.checks[0].number: one for one in lesson.questions}
    points = {one.name: one.points for one in lesson.questions}
    made = copy.deepcopy(notebook)
    cells, made.cells = made.cells, []
    for number, cell in enumerate(cells, start=1):
        if number in calls:
            made.cells.append(_grade_cell(cell, calls[number]))
        elif not part_tag(cell):
            if cell.cell_type == "markdown":
                cell.source = POINTS.sub(lambda found: _points_text(points[found[1]]), cell.source)
            made.cells.append(cell)
    return made


def _grade_cell(cell: NotebookNode, question: WrittenQuestion) -> NotebookNode:
    cell.source = question.call
    cell.metadata = NotebookNode(
        nbgrader=NotebookNode(
            grade=True,
            grade_id=f"check-{question.name}",
            locked=True,
            points=question.points,
            schema_version=3,
            solution=False,
            task=False,
        )
    )
    cell.outputs, cell.execution_count = [], None
    return cell


def _points_text(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"
