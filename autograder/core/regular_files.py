"""Files that others have made: opened only where they are ordinary ones."""

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
    """There is something else than a file; ``strerror`` says what."""


def open_ordinary(path: Path, *, follow: bool = False) -> IO[bytes]:
    """Open a file to be read, and wait for nobody.

    A pipe would wait for who writes to it, and a device may do anything. Links are followed only
    where ``follow`` is set.

    Raises:
        NotOrdinaryError: it is no ordinary file.
        OSError: it cannot be opened.
    """
    kind = stat.S_IFMT((path.stat() if follow else path.lstat()).st_mode)
    if kind != stat.S_IFREG:
        raise NotOrdinaryError(0, f"it is no ordinary file, but {KINDS.get(kind, 'a device')}")
    link = 0 if follow else os.O_NOFOLLOW
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | link)
    # Looked at again: another one may stand there by now.
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotOrdinaryError(0, "it is no ordinary file")
    return open(handle, "rb")


def size_of(stream: IO[bytes]) -> int:
    """The bytes of an open file."""
    return os.fstat(stream.fileno()).st_size
