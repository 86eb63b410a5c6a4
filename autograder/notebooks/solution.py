"""Prepare a source notebook for publication: no markers, no blanks, sealed."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping

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


def sealed(notebook: NotebookNode, thresholds: Mapping[str, float]) -> NotebookNode:
    """Return a copy with a digest of itself in its metadata, so that a later edit is detected.

    The outputs show the lesson's ``thresholds``, which are part of the digest.
    """
    notebook = copy.deepcopy(notebook)
    digest = _digest(notebook, thresholds)
    notebook.metadata[SEAL] = {**notebook.metadata.get(SEAL, {}), "digest": digest}
    return notebook


def is_sealed(notebook: NotebookNode, thresholds: Mapping[str, float]) -> bool:
    """Return whether the notebook and the thresholds are unchanged since it was sealed."""
    found = notebook.metadata.get(SEAL, {}).get("digest")
    return bool(found == _digest(notebook, thresholds))


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs, execution counts and the digest of a seal."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.get(SEAL, {}).pop("digest", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _digest(notebook: NotebookNode, thresholds: Mapping[str, float]) -> str:
    cells = [dict(cell) for cell in notebook.cells]
    text = json.dumps([cells, dict(thresholds)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
