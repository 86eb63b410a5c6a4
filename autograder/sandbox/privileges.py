"""As which user a process of the sandbox runs, and with which rights (``capabilities(7)``).

The call is ``capset(2)``; the numbers are Linux's own, from its ``capability.h``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

from autograder.sandbox.libc import KEEP_CAPABILITIES, SET_DEATH_SIGNAL, call, set_process

VERSION = 0x20080522
NOBODY = 65534
# Users of the machine that no account has, nor any service of systemd
# (https://systemd.io/UIDS-GIDS/): one for each process that runs submissions.
USERS = range(60_800, 60_928)
# The numbers of CAP_SETGID and CAP_SETUID, as a set of bits.
TO_BECOME_ANOTHER = 1 << 6 | 1 << 7


def become_nobody() -> None:
    """Give up being root for good; the one right that stays is to let a child be of ``USERS``."""
    set_process(KEEP_CAPABILITIES, 1)
    os.setgroups([])
    _change_user(NOBODY)
    _set_rights(permitted=TO_BECOME_ANOTHER)


def become_own_user(number: int) -> None:
    """Become one of ``USERS``, where root has started us and they exist; give up every right.

    No other process has a share then in what Linux lets a user have.
    """
    # A container may have fewer users than the machine.
    with contextlib.suppress(OSError):
        _set_rights(permitted=TO_BECOME_ANOTHER, effective=TO_BECOME_ANOTHER)
        _change_user(USERS[number % len(USERS)])
    drop()
    # Linux takes it back where the user changes.
    set_process(SET_DEATH_SIGNAL, signal.SIGKILL)


def drop() -> None:
    """Give up every right."""
    _set_rights()


def _change_user(user: int) -> None:
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _set_rights(*, permitted: int = 0, effective: int = 0) -> None:
    """Have these rights and no others; of those that are permitted some may take effect."""
    header = (ctypes.c_uint32 * 2)(VERSION, 0)
    call("capset", header, (ctypes.c_uint32 * 6)(effective, permitted))
