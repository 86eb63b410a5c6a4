"""The blanks of a lesson, which replace its solutions in the released notebook."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.nbgrader_plugin.lessons import lesson_of

STUB = {"python": "# Your code here"}


class ClearLessonSolutions(ClearSolutions):
    """A preprocessor that clears a lesson's solutions by its own markers.

    The markers are in the lesson's source, so no option of the course changes them. Solutions of
    other assignments are cleared as the course configured it.
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
