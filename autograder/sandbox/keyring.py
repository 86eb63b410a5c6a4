"""Session keyrings (``man 7 session-keyring``): keys that a login leaves to all its programs."""

from __future__ import annotations

import ctypes
import errno
import os

from autograder.sandbox import seccomp

# From keyctl.h.
JOIN_SESSION_KEYRING = 1
# A Linux without keys, or a container without access to them: there is nothing to hide.
NO_KEYS = (errno.ENOSYS, errno.EPERM)


def join_new() -> None:
    """Leave the session's keys behind: join a new, empty keyring that has no name.

    Raises:
        OSError: it was refused, and keys can still be read.
    """
    number = seccomp.number("keyctl")
    if number is None:
        return
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    if library.syscall(ctypes.c_long(number), JOIN_SESSION_KEYRING, None) < 0:
        refused = ctypes.get_errno()
        if refused not in NO_KEYS:
            raise OSError(refused, f"keyctl: {os.strerror(refused)}")
