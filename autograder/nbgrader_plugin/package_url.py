"""Where students get the package: the course's own address, written into the first cell."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.config import settings_of
from autograder.nbgrader_plugin.lessons import lesson_of

PLACEHOLDER = "<the address that your course gives you>"


class NamePackageUrl(NbGraderPreprocessor):
    """Puts ``c.Autograder.package`` where the notebook says how to install what is missing."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Write it into a lesson; without an address the words stay, which send one to ask."""
        if lesson_of(resources) and (package := settings_of(self.config).package):
            for cell in nb.cells:
                if cell.cell_type == "code":
                    cell.source = cell.source.replace(PLACEHOLDER, package)
        return nb, resources
