"""Untrusted files: opened only if they are regular ones."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a link",
}


class NotOrdinaryError(OSError):
    """The path is no regular file; ``strerror`` says what it is."""


def open_ordinary(path: Path, *, follow: bool = False) -> IO[bytes]:
    """Open a regular file for reading, without blocking.

    A pipe would wait for a writer, and a device may do anything. Links are followed only if
    ``follow`` is set.

    Raises:
        NotOrdinaryError: it is no regular file.
        OSError: it cannot be opened.
    """
    kind = stat.S_IFMT((path.stat() if follow else path.lstat()).st_mode)
    if kind != stat.S_IFREG:
        raise NotOrdinaryError(0, f"it is no ordinary file, but {KINDS.get(kind, 'a device')}")
    link = 0 if follow else os.O_NOFOLLOW
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | link)
    # Checked again: another file may have replaced it by now.
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotOrdinaryError(0, "it is no ordinary file")
    return open(handle, "rb")


def size_of(stream: IO[bytes]) -> int:
    """Return the size of an open file in bytes."""
    return os.fstat(stream.fileno()).st_size
