"""What an ordinary user must see to run our Python, which may lie in root's own home."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = tuple(dict.fromkeys(map(Path, (sys.base_prefix, sys.prefix, ROOT))))


def in_sight() -> list[str]:
    """The words of bubblewrap that show Python alone of a folder that only root may enter.

    There are none where everyone may enter all of its folders.
    """
    closed = {folder for path in NEEDED for folder in path.parents if not _open_to_all(folder)}
    words = []
    for folder in sorted(closed, key=lambda one: len(one.parts))[:1]:
        words += ["--perms", "0755", "--tmpfs", str(folder)]
        for path in NEEDED:
            if path.is_relative_to(folder):
                for parent in reversed(path.parents[: len(path.parents) - len(folder.parts)]):
                    words += ["--perms", "0755", "--dir", str(parent)]
                words += ["--ro-bind", str(path), str(path)]
    return words


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)
