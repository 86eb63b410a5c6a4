"""System calls that Python does not offer, and their numbers from Linux's own ``prctl.h``."""

from __future__ import annotations

import ctypes
import os

SET_DEATH_SIGNAL, SET_DUMPABLE, KEEP_CAPABILITIES, SET_SUBREAPER = 1, 4, 8, 36


def set_process(what: int, value: int) -> None:
    """Call ``prctl``.

    Raises:
        OSError: it was refused.
    """
    call("prctl", what, value, 0, 0, 0)


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library that answers 0 where all is well.

    Raises:
        OSError: it answered otherwise.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
