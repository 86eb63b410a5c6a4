"""Files that a reader sees complete or not at all."""

from __future__ import annotations

from pathlib import Path


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a half.

    A new file, whatever lies there: to write into another name of a file would change both.
    """
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    partial.write_bytes(data)
    partial.replace(path)
