"""A source notebook made fit to publish: no markers, no blanks, sealed."""

from __future__ import annotations

import copy
import hashlib
import json
import re

from nbformat import NotebookNode

SEAL = "autograder"
MARKER = re.compile(r"^\s*#+ (BEGIN|END) SOLUTION\s*$")
BLANK = re.compile(r"^\s*\w+ = check\.blank\(.*\)\s*(#.*)?$")


def strip_markers(source: str) -> str:
    """The source of a cell without solution markers, and without the blanks they replace."""
    lines = source.split("\n")
    if not any(MARKER.match(line) for line in lines):
        return source
    return "\n".join(line for line in lines if not (MARKER.match(line) or BLANK.match(line)))


def sealed(notebook: NotebookNode) -> NotebookNode:
    """A copy that carries a digest of itself, so that a later edit shows."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata[SEAL] = {**notebook.metadata.get(SEAL, {}), "digest": _digest(notebook)}
    return notebook


def is_sealed(notebook: NotebookNode) -> bool:
    """Whether the notebook is as it was when it was sealed."""
    return bool(notebook.metadata.get(SEAL, {}).get("digest") == _digest(notebook))


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy without what a run and a seal have added."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.get(SEAL, {}).pop("digest", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _digest(notebook: NotebookNode) -> str:
    text = json.dumps([dict(cell) for cell in notebook.cells], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
