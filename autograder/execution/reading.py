"""A submitted file as a notebook, or the reason why it is none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import SubmissionError

MOST_BYTES = 100 * 2**20
MOST_SOURCE = 2 * 2**20
LARGE = 10 * 2**20


@dataclass(frozen=True, kw_only=True)
class ReadNotebook:
    """A notebook of the current format, and what had to be said of the file."""

    notebook: NotebookNode
    notes: tuple[str, ...] = ()


def read_notebook(path: Path) -> ReadNotebook:
    """Read a notebook of any format, without its outputs.

    Raises:
        SubmissionError: it is no notebook; the message says what it is instead.
    """
    if not path.is_file():
        raise SubmissionError(f"There is no file {path.name}.")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SubmissionError(f"The file has {size / 2**20:.0f} MiB; at most 100 MiB are read.")
    data = path.read_bytes()
    if not data.strip():
        raise SubmissionError("The file is empty.")
    notebook, notes = _current(_parsed(data))
    if size > LARGE:
        notes.append(f"The file has {size / 2**20:.0f} MiB; its old outputs were left out.")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    if sum(len(cell.source) for cell in notebook.cells) > MOST_SOURCE:
        raise SubmissionError("The cells hold more than 2 MiB of text, which is no homework.")
    return ReadNotebook(notebook=notebook, notes=tuple(notes))


def _parsed(data: bytes) -> dict[str, object]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SubmissionError(f"This is not a notebook: it is not JSON ({error}).") from error
    if not isinstance(content, dict) or "nbformat" not in content:
        raise SubmissionError("This is not a notebook: it is JSON of another kind.")
    return content


def _current(content: dict[str, object]) -> tuple[NotebookNode, list[str]]:
    notes = []
    if content["nbformat"] != 4:
        notes.append(f"The notebook had the old format {content['nbformat']} and was converted.")
    try:
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validator.normalize(notebook)
        nbformat.validate(notebook)
    # nbformat raises whatever a malformed notebook makes its converters stumble over.
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise SubmissionError(f"The notebook is damaged: {first}.") from error
    return notebook, notes
