"""A lesson's own notebook, released or with the solutions, which many submissions share."""

from __future__ import annotations

import functools
from pathlib import Path

import nbformat
from nbformat import NotebookNode


def read_lesson_notebook(path: Path) -> NotebookNode:
    """Read a notebook, once as long as the file says the same; nobody may change it."""
    return _parsed(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> NotebookNode:
    notebook: NotebookNode = nbformat.reads(text, as_version=4)
    return notebook
