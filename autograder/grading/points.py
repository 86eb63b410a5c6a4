"""The points of a question: in the lesson, in the notebook, and as the sum of its checks' marks."""

from __future__ import annotations

import ast
import math
from pathlib import Path

from autograder.core.errors import LessonError
from autograder.core.lesson import Lesson
from autograder.core.points_mark import written_points
from autograder.notebooks.released_notebook import released_cells
from autograder.reports.phrases import number


def differences(lesson: Lesson, notebook: Path) -> list[str]:
    """Return a sentence for each question whose points differ; read files only, run nothing.

    Raises:
        LessonError: a check of the lesson has no ``@pytest.mark.points``; with file and line.
    """
    metadata = (cell.get("metadata", {}).get("nbgrader", {}) for cell in released_cells(notebook))
    shown = {one.get("grade_id"): one.get("points") for one in metadata}
    found = []
    for question, path in zip(lesson.questions, lesson.checks, strict=True):
        points = {
            notebook.name: shown.get(question.grade_id),
            path.name: _marked(path) if path.is_file() else None,
        }
        found += [
            f"“{question.title}” has {number(question.points)} in the lesson, and"
            f" {number(float(other))} in {where}."
            for where, other in points.items()
            if other is not None and not math.isclose(float(other), question.points, abs_tol=1e-6)
        ]
    return found


def _marked(path: Path) -> float | None:
    """Return the sum of the points of the checks in a file; ``None`` where one is computed."""
    total = 0.0
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        try:
            points = written_points(node)
        except ValueError:
            return None
        if points is None:
            raise LessonError(f"{path}:{node.lineno}: {node.name} has no @pytest.mark.points.")
        total += points
    return total
