"""A submitted file as a notebook, or the reason why it is none.

Only the necessary parts of each cell are read: its kind, its text, its id and its ``grade_id``.
Everything else in the file may be damaged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.core.errors import SubmissionError
from autograder.core.regular_files import open_ordinary, size_of
from autograder.notebooks import file_kinds

MAX_BYTES = 100 * 2**20
MAX_SOURCE = 2 * 2**20
MAX_CELLS = 2_000
MAX_PICTURES_BYTES = 20 * 2**20
MAX_NAME = 300
MAX_NOTES = 100
# The one tag of a student's that is looked at.
SKIP_EXECUTION = "skip-execution"
LARGE = 10 * 2**20
BLANK = b"\0 \t\r\n"
# What stands in a text for bytes that are no character.
REPLACED = "\ufffd"
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ATTACHED = re.compile(r"attachment:([^)\s\"'>]+)")


@dataclass(frozen=True, kw_only=True)
class ReadNotebook:
    """A notebook of the current format, with notes on the file.

    ``lesson`` is the name of the lesson in the notebook's metadata; empty where there is none.
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
    text, notes = _decoded(data)
    content = _parsed(text)
    reader = _CellReader(notes=notes)
    if content["nbformat"] != 4:
        reader.notes.append(f"The notebook had the old format {content['nbformat']}.")
        _count(_old_cells(content))
        content = _converted(content)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("The notebook is damaged: it has no list of cells.")
    _count(cells)
    read_cells = [reader.cell(number, cell) for number, cell in enumerate(cells)]
    if sum(len(cell.source) for cell in read_cells) > MAX_SOURCE:
        raise SubmissionError("The cells hold more than 2 MiB of text, which is no homework.")
    notebook = nbformat.v4.new_notebook(cells=read_cells)
    nbformat.validate(notebook)
    if len(data) > LARGE:
        size = f"{len(data) / 2**20:.0f} MiB"
        reader.notes.append(f"The file has {size}; its old outputs were left out.")
    return ReadNotebook(
        notebook=notebook, notes=tuple(reader.notes[-MAX_NOTES:]), lesson=_lesson(content)
    )


def _lesson(content: dict[str, Any]) -> str:
    """Return the value of ``{"autograder": {"lesson": …}}`` in the notebook's metadata."""
    value: Any = content
    for part in ("metadata", "autograder", "lesson"):
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _bytes(path: Path) -> bytes:
    try:
        with open_ordinary(path, follow=True) as stream:
            size = size_of(stream)
            if size > MAX_BYTES:
                raise SubmissionError(
                    f"The file has {size / 2**20:.0f} MiB; at most 100 MiB are read."
                )
            data = stream.read(size + 1)
    except FileNotFoundError as error:
        raise SubmissionError(f"There is no file {path.name}.") from error
    except OSError as error:
        raise SubmissionError(f"The file cannot be read: {error.strerror}.") from error
    if not data.strip(BLANK):
        raise SubmissionError(f"The file is empty. {file_kinds.AGAIN}")
    return data


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """Return the text of a file, in whatever encoding it is, and notes on that.

    Some programs fill a file up with zero bytes.
    """
    if kind := file_kinds.of_bytes(data):
        raise SubmissionError(kind)
    encoding: str = json.detect_encoding(data)
    notes: list[str] = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        odd = {one for one in set(text) if not one.isascii()}
        # An encoding of Windows, unless some of it is UTF-8 after all: that was damaged.
        if encoding == "utf-8" and odd == {REPLACED}:
            encoding, text = "cp1252", data.decode("cp1252", "replace")
        else:
            notes = ["Some characters of the file were damaged."]
    if not encoding.startswith("utf-8"):
        name = re.sub("-[lb]e$", "", encoding)
        notes.insert(0, f"The file was in the encoding {name}, not in utf-8.")
    return text.strip("\0\ufeff"), notes


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SubmissionError(file_kinds.of_text(text, error)) from error
    if not isinstance(content, dict) or "nbformat" not in content:
        raise SubmissionError(file_kinds.of_json(content))
    return content


def _count(cells: list[Any]) -> None:
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"The notebook has {len(cells):,} cells, which is no homework.")


def _old_cells(content: dict[str, Any]) -> list[Any]:
    """Return the cells of a notebook in an old format, without their outputs.

    Converting and validating outputs takes long, and nobody needs them.
    """
    sheets = content.get("worksheets")
    lists = [
        sheet.get("cells")
        for sheet in (content, *(sheets if isinstance(sheets, list) else []))
        if isinstance(sheet, dict)
    ]
    cells = [cell for cells in lists if isinstance(cells, list) for cell in cells]
    for cell in cells:
        if isinstance(cell, dict) and "outputs" in cell:
            cell["outputs"] = []
    return cells


def _converted(content: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(nbformat.reads(json.dumps(content), as_version=4))
    # nbformat raises all kinds of exceptions on a malformed notebook.
    except Exception as error:
        first = str(error).strip().partition("\n")[0][:300]
        raise SubmissionError(f"The notebook is damaged: {first}.") from error


@dataclass
class _CellReader:
    """Reads cells from a file, and records what was wrong with them."""

    notes: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _remaining_picture_bytes: int = MAX_PICTURES_BYTES

    def cell(self, number: int, raw: Any) -> NotebookNode:
        """Return one cell, repaired."""
        if not isinstance(raw, dict):
            raise SubmissionError(f"The notebook is damaged: cell {number + 1} is no cell.")
        kind, source = raw.get("cell_type"), _text(raw.get("source"))
        if source is None:
            self.notes.append(f"Cell {number + 1} had no text.")
            source = ""
        cell = _new(kind, source)
        if kind == "markdown":
            self._pictures(number, cell, raw.get("attachments"))
        cell.id = self._id(number, raw.get("id"))
        metadata = raw.get("metadata")
        if isinstance(metadata, dict):
            cell.metadata.update(_needed(metadata))
        return cell

    def _pictures(self, number: int, cell: NotebookNode, attachments: Any) -> None:
        """Keep pictures; a mention of one that is missing would stop nbconvert."""
        pictures = _attachments(attachments)
        self._remaining_picture_bytes -= sum(
            len(name) + len(kind) + len(content)
            for name, kinds in pictures.items()
            for kind, content in kinds.items()
        )
        if self._remaining_picture_bytes < 0:
            self.notes.append(f"The pictures from cell {number + 1} on are too large for homework.")
            pictures = {}
        if pictures:
            cell.attachments = nbformat.from_dict(pictures)
        missing: set[str] = set()

        def checked(found: re.Match[str]) -> str:
            if found[1] in pictures:
                return found[0]
            missing.add(found[1])
            return f"missing:{found[1]}"

        # In one pass: a search for each name takes time that grows with the square of their number.
        cell.source = ATTACHED.sub(checked, cell.source)
        for name in sorted(missing)[:MAX_NOTES]:
            self.notes.append(f"Cell {number + 1} shows a picture that is not there: {name[:60]}.")

    def _id(self, number: int, cell_id: Any) -> str:
        usable = (
            isinstance(cell_id, str) and CELL_ID.fullmatch(cell_id) and cell_id not in self._ids
        )
        name = cell_id if usable else f"cell-{number}"
        while name in self._ids:
            name += "-again"
        self._ids.add(name)
        return str(name)


def _attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """Return a cell's pictures: for each name a mapping from media type to base64."""
    if not isinstance(attachments, dict):
        return {}
    return {
        str(name): kinds
        for name, kinds in attachments.items()
        if isinstance(kinds, dict)
        and kinds
        and all(str(kind).startswith("image/") for kind in kinds)
        and all(isinstance(content, str) for content in kinds.values())
    }


def _new(kind: Any, source: str) -> NotebookNode:
    # Not nbformat's own functions: they validate each cell, and all are validated in the end.
    more: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    kind = kind if kind in ("code", "markdown") else "raw"
    return NotebookNode(cell_type=kind, source=source, metadata=NotebookNode(), **more)


def _needed(metadata: dict[str, Any]) -> dict[str, Any]:
    needed: dict[str, Any] = {}
    nbgrader, tags = metadata.get("nbgrader"), metadata.get("tags")
    if isinstance(nbgrader, dict) and (name := _text(nbgrader.get("grade_id"))):
        needed["nbgrader"] = {
            "grade_id": name[:MAX_NAME],
            "solution": nbgrader.get("solution") is True,
        }
    if isinstance(tags, list) and SKIP_EXECUTION in tags:
        needed["tags"] = [SKIP_EXECUTION]
    return needed


def _text(value: Any) -> str | None:
    """Return a text, or the joined lines of one, as valid Unicode; ``None`` where it is no text.

    Lines end as on any system but Windows; so they do for Python, also in its strings.
    """
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        return None
    text = value.encode("utf-8", "replace").decode()
    return text.replace("\r\n", "\n").replace("\r", "\n")
