"""The extra files: those beside a notebook that are submitted and run with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.core.folders import OnSkipped, walk_folders
from autograder.core.regular_files import open_ordinary, size_of

MAX_BYTES = 20 * 2**20
MAX_FILES = 1000
MAX_NOTES = 10
MAX_TROUBLES = 1000
# What nbgrader puts beside each submission: no two are alike, and with them
# no two programs would be.
NBGRADER_FILES = ("timestamp.txt", "submission_secret.txt")


def collect_extra_files(folder: Path | None) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the regular files of a folder by relative name, and notes on what was left out.

    No link is followed: it could lead to what is not the student's. No notebook goes along, and
    nothing that nbgrader itself has put there.
    """
    files: dict[str, bytes] = {}
    notes: list[str] = []
    remaining = MAX_BYTES

    def skip(path: Path, why: str) -> None:
        notes.append(f"Of its files “{_shown(path)}” was left out: {why}.")

    for path in _ordinary(folder, skip) if folder else ():
        name = str(path.relative_to(folder or path))
        try:
            name.encode()
            with open_ordinary(path) as stream:
                remaining -= size_of(stream)
                if remaining < 0 or len(files) == MAX_FILES:
                    notes.append(f"Of its other files those from {_shown(path)} on were left out.")
                    break
                files[name] = stream.read(MAX_BYTES)
        except (OSError, UnicodeEncodeError):
            notes.append(f"Its file {_shown(path)} could not be read.")
        if len(notes) > MAX_TROUBLES:
            break
    return files, tuple(notes[:MAX_NOTES])


def ignored_extra_files(folder: Path) -> set[str]:
    """Return the names of all but regular files in a folder, and of folders too deep in it.

    A link could lead to what is not the student's, and a pipe waits for a writer.
    """
    deep: set[str] = set()
    odd = {
        path.name
        for path in _files(folder, lambda path, _: deep.add(path.name))
        if path.is_symlink() or not path.is_file()
    }
    return odd | deep


def _shown(path: Path) -> str:
    return path.name.encode("utf-8", "replace").decode()[:60]


def _ordinary(folder: Path, unseen: OnSkipped) -> Iterator[Path]:
    own = [folder / name for name in NBGRADER_FILES]
    for path in _files(folder, unseen):
        if path in own or path.suffix == ".ipynb" or path.is_symlink():
            continue
        if path.is_file():
            yield path


def _files(folder: Path, unseen: OnSkipped) -> Iterator[Path]:
    """Yield the files in their order, one at a time: there may be very many."""
    for parent, _, names in walk_folders(folder, unseen):
        yield from (parent / name for name in names)
