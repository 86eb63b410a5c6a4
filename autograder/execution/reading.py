"""A submitted file as a notebook, or the reason why it is none.

Of each cell only what is needed is taken: its kind, its text, its id and its ``grade_id``. What
else stands in the file may be as damaged as it likes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import SubmissionError

MOST_BYTES = 100 * 2**20
MOST_SOURCE = 2 * 2**20
MOST_CELLS = 2_000
MOST_NOTES = 100
LARGE = 10 * 2**20
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ATTACHED = re.compile(r"attachment:([^)\s\"'>]+)")


@dataclass(frozen=True, kw_only=True)
class ReadNotebook:
    """A notebook of the current format, and what had to be said of the file.

    ``lesson`` is the name of the lesson that it says it belongs to; empty where it says nothing.
    """

    notebook: NotebookNode
    notes: tuple[str, ...] = ()
    lesson: str = ""


def read_notebook(path: Path) -> ReadNotebook:
    """Read a notebook of any format, without its outputs.

    Raises:
        SubmissionError: it is no notebook; the message says what it is instead.
    """
    data = _bytes(path)
    content = _parsed(data)
    taking = _Taking()
    if content["nbformat"] != 4:
        taking.notes.append(f"The notebook had the old format {content['nbformat']}.")
        content = _converted(content)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("The notebook is damaged: it has no list of cells.")
    if len(cells) > MOST_CELLS:
        raise SubmissionError(f"The notebook has {len(cells):,} cells, which is no homework.")
    taken = [taking.cell(number, cell) for number, cell in enumerate(cells)]
    if sum(len(cell.source) for cell in taken) > MOST_SOURCE:
        raise SubmissionError("The cells hold more than 2 MiB of text, which is no homework.")
    notebook = nbformat.v4.new_notebook(cells=taken)
    nbformat.validate(notebook)
    if len(data) > LARGE:
        size = f"{len(data) / 2**20:.0f} MiB"
        taking.notes.append(f"The file has {size}; its old outputs were left out.")
    return ReadNotebook(
        notebook=notebook, notes=tuple(taking.notes[-MOST_NOTES:]), lesson=_lesson(content)
    )


def _lesson(content: dict[str, Any]) -> str:
    """What ``{"autograder": {"lesson": …}}`` in the notebook's metadata says."""
    told: Any = content
    for part in ("metadata", "autograder", "lesson"):
        told = told.get(part) if isinstance(told, dict) else None
    return told if isinstance(told, str) else ""


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise SubmissionError(f"There is no file {path.name}.")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise SubmissionError(f"The file has {size / 2**20:.0f} MiB; at most 100 MiB are read.")
        data = path.read_bytes()
    except OSError as error:
        raise SubmissionError(f"The file cannot be read: {error.strerror}.") from error
    if not data.strip():
        raise SubmissionError("The file is empty.")
    return data


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SubmissionError(f"This is not a notebook: it is not JSON ({error}).") from error
    if not isinstance(content, dict) or "nbformat" not in content:
        raise SubmissionError("This is not a notebook: it is JSON of another kind.")
    return content


def _converted(content: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(nbformat.reads(json.dumps(content), as_version=4))
    # nbformat raises whatever a malformed notebook makes its converters stumble over.
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:300]
        raise SubmissionError(f"The notebook is damaged: {first}.") from error


@dataclass
class _Taking:
    """Takes cells from a file, and notes what was wrong with them."""

    notes: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)

    def cell(self, number: int, given: Any) -> NotebookNode:
        """One cell, put right."""
        if not isinstance(given, dict):
            raise SubmissionError(f"The notebook is damaged: cell {number + 1} is no cell.")
        kind, source = given.get("cell_type"), _text(given.get("source"))
        if source is None:
            self.notes.append(f"Cell {number + 1} had no text.")
            source = ""
        cell = _new(kind, source)
        if kind == "markdown":
            self._pictures(number, cell, given.get("attachments"))
        cell.id = self._id(number, given.get("id"))
        metadata = given.get("metadata")
        if isinstance(metadata, dict):
            cell.metadata.update(_needed(metadata))
        return cell

    def _pictures(self, number: int, cell: NotebookNode, given: Any) -> None:
        """Keep pictures; a mention of one that is missing would stop nbconvert."""
        pictures = _attachments(given)
        if pictures:
            cell.attachments = nbformat.from_dict(pictures)
        for name in set(ATTACHED.findall(cell.source)) - set(pictures):
            self.notes.append(f"Cell {number + 1} shows a picture that is not there: {name[:60]}.")
            cell.source = cell.source.replace(f"attachment:{name}", f"missing:{name}")

    def _id(self, number: int, given: Any) -> str:
        usable = isinstance(given, str) and CELL_ID.fullmatch(given) and given not in self._ids
        name = given if usable else f"cell-{number}"
        while name in self._ids:
            name += "-again"
        self._ids.add(name)
        return str(name)


def _attachments(given: Any) -> dict[str, dict[str, str]]:
    """The pictures of a cell by their names, as base64 by their types."""
    if not isinstance(given, dict):
        return {}
    return {
        str(name): kinds
        for name, kinds in given.items()
        if isinstance(kinds, dict)
        and kinds
        and all(str(kind).startswith("image/") for kind in kinds)
        and all(isinstance(content, str) for content in kinds.values())
    }


def _new(kind: Any, source: str) -> NotebookNode:
    # Not nbformat's own functions: they check each cell by itself, and all are checked in the end.
    more: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    kind = kind if kind in ("code", "markdown") else "raw"
    return NotebookNode(cell_type=kind, source=source, metadata=NotebookNode(), **more)


def _needed(metadata: dict[str, Any]) -> dict[str, Any]:
    needed: dict[str, Any] = {}
    nbgrader, tags = metadata.get("nbgrader"), metadata.get("tags")
    if isinstance(nbgrader, dict) and (name := _text(nbgrader.get("grade_id"))):
        needed["nbgrader"] = {"grade_id": name, "solution": nbgrader.get("solution") is True}
    if isinstance(tags, list):
        texts = {text for one in tags if isinstance(one, str) and (text := _text(one))}
        needed["tags"] = sorted(texts)
    return needed


def _text(given: Any) -> str | None:
    """A text, or the lines of one, such as can be written as UTF-8; ``None`` where it is none."""
    if isinstance(given, list) and all(isinstance(line, str) for line in given):
        given = "".join(given)
    return given.encode("utf-8", "replace").decode() if isinstance(given, str) else None
