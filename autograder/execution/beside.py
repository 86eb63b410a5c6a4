"""The files beside a notebook that go along with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 20 * 2**20
MOST_FILES = 1000
MOST_NOTES = 10
# What nbgrader puts beside each submission when it is handed in: no two are alike, and with them
# no two programs would be.
NBGRADERS = ("timestamp.txt", "submission_secret.txt")


def files_beside(folder: Path | None) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The ordinary files of a folder by their names in it, and a note on what was left out.

    No link is followed: it could lead to what is not the student's. No notebook goes along, and
    nothing that nbgrader itself has put there.
    """
    files: dict[str, bytes] = {}
    notes: list[str] = []
    left = MOST_BYTES
    for path in _ordinary(folder) if folder else ():
        name = str(path.relative_to(folder or path))
        try:
            name.encode()
            left -= path.stat().st_size
            if left < 0 or len(files) == MOST_FILES:
                notes.append(f"Of its other files those from {path.name[:60]} on were left out.")
                break
            files[name] = path.read_bytes()
        except (OSError, UnicodeEncodeError):
            shown = path.name.encode("utf-8", "replace").decode()[:60]
            notes += [f"Its file {shown} could not be read."] if len(notes) < MOST_NOTES else []
    return files, tuple(notes)


def links_beside(folder: Path) -> Iterator[Path]:
    """The links among the files of a folder."""
    return (path for path in _files(folder) if path.is_symlink())


def _ordinary(folder: Path) -> Iterator[Path]:
    own = [folder / name for name in NBGRADERS]
    for path in _files(folder):
        if path in own or path.suffix == ".ipynb" or path.is_symlink():
            continue
        if path.is_file():
            yield path


def _files(folder: Path) -> Iterator[Path]:
    """In their order, one after the other: there may be more than anyone wants to count."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place) / name for name in sorted(names))
