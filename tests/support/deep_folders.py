"""Folders within each other, deeper than Python's stack and the system's paths reach."""

from __future__ import annotations

import os
from pathlib import Path


def chain(folder: Path, deep: int) -> None:
    """Make so many folders, each within the one before."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(deep):
        os.mkdir("deeper", dir_fd=here)
        inside = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inside
    os.close(here)


def unchain(folder: Path) -> None:
    """Take them away again, which pytest itself could not."""
    while (inner := folder / "deeper").is_dir():
        if (inner / "deeper").is_dir():
            (inner / "deeper").rename(folder / "aside")
        inner.rmdir()
        if (folder / "aside").is_dir():
            (folder / "aside").rename(inner)
