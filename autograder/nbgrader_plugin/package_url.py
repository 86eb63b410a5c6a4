"""The address from which students install the package, written into the first cell."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core import repository
from autograder.core.config import settings_of
from autograder.nbgrader_plugin.lessons import lesson_of

PLACEHOLDER = "<the address that your course gives you>"


class NamePackageUrl(NbGraderPreprocessor):
    """A preprocessor that puts the address into the installation instructions.

    It is ``c.Autograder.package``, else that of the project's repository.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Write the address into a lesson; without one the placeholder stays."""
        if lesson_of(resources):
            package = settings_of(self.config).package or repository.pip_address() or PLACEHOLDER
            for cell in nb.cells:
                if cell.cell_type == "code":
                    cell.source = cell.source.replace(PLACEHOLDER, package)
        return nb, resources
