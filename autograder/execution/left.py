"""Reads what a run left behind, and trusts none of it: a student's code can write there too."""

from __future__ import annotations

from pathlib import Path

import msgspec
import nbformat

from autograder.errors import EvidenceError
from autograder.evidence import MAX_JSON_BYTES, Arrays, Recorded, decode, read_arrays
from autograder.execution.job import Ran

# Of one cell: its outputs, and what JSON adds to them.
MOST_BYTES = 64 * 2**20


def ran_in(folder: Path, cells: int) -> dict[int, Ran]:
    """How each of so many cells ended, as far as it is told."""
    found = {}
    for index in range(cells):
        path = folder / f"{index}.json"
        try:
            if not _is_plain(path, MOST_BYTES):
                continue
            ran = msgspec.json.decode(path.read_bytes(), type=Ran)
            for output in ran.outputs:
                nbformat.validate(nbformat.from_dict(output), ref="output", version=4)
        except (OSError, ValueError, RecursionError, nbformat.ValidationError):
            continue
        found[index] = ran
    return found


def recorded_in(folder: Path) -> tuple[Recorded | None, Arrays, str | None]:
    """What the recorder wrote, its arrays, and why it cannot be read where it cannot."""
    path = folder / "recorded.json"
    if not path.exists():
        return None, {}, None
    if not _is_plain(path, MAX_JSON_BYTES):
        return None, {}, "what was recorded is not a file, or too large"
    try:
        return decode(path.read_bytes(), Recorded), read_arrays(folder / "recorded.npz"), None
    except (EvidenceError, OSError) as error:
        return None, {}, str(error)


def _is_plain(path: Path, most: int) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= most
