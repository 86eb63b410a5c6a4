"""Where students get the package: the course's own address, written into the first cell."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import settings_of

PLACEHOLDER = "<the address that your course gives you>"


class NameAddress(NbGraderPreprocessor):
    """Puts ``c.Autograder.package`` where the notebook says how to install what is missing."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Write it into one cell; without an address the words stay, which send one to ask."""
        del cell_index
        if cell.cell_type == "code" and (package := settings_of(self.config).package):
            cell.source = cell.source.replace(PLACEHOLDER, package)
        return cell, resources


def steps_of_assignment() -> list[type[NbGraderPreprocessor]]:
    """What nbgrader does to make an assignment, ours first."""
    steps: list[type[NbGraderPreprocessor]]
    steps = GenerateAssignment.class_traits()["preprocessors"].default()
    return [NameAddress, *steps]
