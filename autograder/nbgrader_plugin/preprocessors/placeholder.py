"""The blanks of a lesson: where its solutions stood, students find the lesson's own words."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.nbgrader_plugin.lessons import lesson_of

STUB = {"python": "# Your code here"}


class ClearLessonSolutions(ClearSolutions):
    """Clears a lesson's solutions as the lesson wants it, others as the course configured it.

    The markers of a lesson's solutions are in its source, which no option of the course changes.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clear the solutions of a notebook."""
        clear = super().preprocess
        if lesson_of(resources) is not None:
            clear = ClearSolutions(code_stub=STUB).preprocess
        answer: tuple[NotebookNode, dict[str, Any]] = clear(nb, resources)
        return answer
