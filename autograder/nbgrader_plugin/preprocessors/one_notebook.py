"""``nbgrader generate_assignment`` of a lesson that is written in one notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.config import find_course
from autograder.nbgrader_plugin import lesson_packages
from autograder.notebooks.authored import is_authored
from autograder.notebooks.student_notebook import student_notebook


class WritePackage(NbGraderPreprocessor):
    """A preprocessor that makes the lesson's package, which the notebook's checks need."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Write the package into the course that nbgrader works in."""
        if is_authored(nb):
            lesson_packages.write(find_course(Path.cwd()), _name(resources))
        return nb, resources


class StudentCells(NbGraderPreprocessor):
    """A preprocessor that leaves the students' cells, with a grade cell for each question."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Take out what is the lesson's own."""
        return student_notebook(nb, _name(resources)), resources


def _name(resources: dict[str, Any]) -> str:
    name: str = resources["nbgrader"]["assignment"]
    return name
