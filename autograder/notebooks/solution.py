"""Prepare a source notebook for publication: no markers, no blanks, sealed."""

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
    """Return the source of a cell without solution markers and the blanks that they replace."""
    lines = source.split("\n")
    if not any(MARKER.match(line) for line in lines):
        return source
    return "\n".join(line for line in lines if not (MARKER.match(line) or BLANK.match(line)))


def sealed(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with a digest of itself in its metadata, so that a later edit is detected."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata[SEAL] = {**notebook.metadata.get(SEAL, {}), "digest": _digest(notebook)}
    return notebook


def is_sealed(notebook: NotebookNode) -> bool:
    """Return whether the notebook is unchanged since it was sealed."""
    return bool(notebook.metadata.get(SEAL, {}).get("digest") == _digest(notebook))


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs, execution counts and the digest of a seal."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.get(SEAL, {}).pop("digest", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _digest(notebook: NotebookNode) -> str:
    text = json.dumps([dict(cell) for cell in notebook.cells], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
