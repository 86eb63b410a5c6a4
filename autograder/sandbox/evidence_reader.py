"""Reads what the recorder writes while it grows. A student's code can write there too."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from autograder.core.evidence import MAX_JSON_BYTES
from autograder.sandbox.protocol import EvidenceUpdate


class EvidenceReader:
    """Reads the folder of the recorder; at most ``limit`` bytes of arrays are taken."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._stamps: object = None

    def update(self) -> EvidenceUpdate | None:
        """Return what the folder holds now, ``None`` where nothing has changed since."""
        stamps = [_stamp(self._folder / name) for name in ("recorded.json", "recorded.npz")]
        if stamps in (self._stamps, [None, None]):
            return None
        self._stamps = stamps
        try:
            recorded = _read(self._folder / "recorded.json", MAX_JSON_BYTES)
            arrays = b"" if stamps[1] is None else _read(self._folder / "recorded.npz", self._limit)
        except OSError as error:
            return EvidenceUpdate(trouble=f"what was recorded cannot be taken along: {error}")
        return EvidenceUpdate(recorded=recorded, arrays=arrays)


def _stamp(path: Path) -> tuple[int, ...] | None:
    with contextlib.suppress(OSError):
        found = path.lstat()
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
    return None


def _read(path: Path, limit: int) -> bytes:
    # Do not follow a link, and do not wait for a pipe without a writer.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path.name} is no ordinary file")
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"{path.name} has more than {limit / 2**20:g} MiB")
    return data
