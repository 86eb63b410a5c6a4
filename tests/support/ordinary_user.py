"""A command run as an ordinary user."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

NEEDED = tuple(dict.fromkeys(map(Path, (sys.base_prefix, sys.prefix, ROOT))))


def open_to_all(folder: Path) -> bool:
    """Whether everyone may pass through a folder."""
    return bool(folder.stat().st_mode & 0o001)
