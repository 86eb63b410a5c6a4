"""Walk through untrusted folders: without following links, and down to a limited depth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

# Of nested folders. Far below the limits on the length of a path and on Python's stack.
MAX_DEPTH = 20
TOO_DEEP = f"it lies more than {MAX_DEPTH} folders deep"

OnSkipped = Callable[[Path, str], None]


def walk_folders(
    folder: Path, skipped: OnSkipped, skip: Callable[[str], object] | None = None
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder with the sorted names of its subfolders and of its other files.

    Args:
        folder: where to begin.
        skipped: called with each folder that is not read, and with the reason.
        skip: says whether a folder of this name is skipped silently; by default none is.
    """
    pending = [(folder, 0)]
    while pending:
        here, depth = pending.pop()
        if depth > MAX_DEPTH:
            skipped(here, TOO_DEEP)
            continue
        folders: list[str] = []
        files: list[str] = []
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    (folders if is_folder else files).append(entry.name)
        except OSError as error:
            skipped(here, f"it cannot be read ({error.strerror})")
            continue
        folders = sorted(name for name in folders if not (skip and skip(name)))
        yield here, folders, sorted(files)
        pending += [(here / name, depth + 1) for name in reversed(folders)]
