"""A filter for system calls (``man 2 seccomp``): what a student's code may not ask Linux for.

What is refused, and why, stands in ``rules``; ``build`` makes the programs from it, one for each
step and kind of processor, which lie beside this file.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import sys
from pathlib import Path

from autograder.sandbox.libc import call
from autograder.sandbox.seccomp.rules import KERNEL, SANDBOX, STEPS

__all__ = ["KERNEL", "SANDBOX", "STEPS", "NoFilterError", "available", "load", "number", "program"]

HERE = Path(__file__).parent
# From prctl.h and seccomp.h.
GET_SECCOMP, SET_SECCOMP, SET_NO_NEW_PRIVILEGES, FILTER = 21, 22, 38, 2
INSTRUCTION_BYTES = 8
ACTIONS = Path("/proc/sys/kernel/seccomp/actions_avail")


class NoFilterError(RuntimeError):
    """There is no filter for this kind of processor."""


class _Program(ctypes.Structure):
    """``struct sock_fprog`` of Linux's ``filter.h``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def load(step: str) -> None:
    """Load the filter of a step (``sandbox`` or ``kernel``) for good.

    It holds for the calling thread and all that it starts from then on, so that it has to be the
    only one. What an earlier filter refuses stays refused.

    Raises:
        NoFilterError: there is none for this processor.
        OSError: Linux takes no filter.
    """
    instructions = program(step)
    filter_ = _Program(len(instructions) // INSTRUCTION_BYTES, instructions)
    # Without it only an administrator may load filters: a program that gains rights could be led
    # astray by one.
    call("prctl", SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call("prctl", SET_SECCOMP, FILTER, ctypes.byref(filter_), 0, 0)


def available() -> str:
    """Why filters cannot be loaded here; empty where they can."""
    if sys.platform != "linux":
        return "Only Linux filters system calls."
    if not ACTIONS.exists():
        return "This Linux was built without seccomp."
    try:
        program(KERNEL)
    except NoFilterError as error:
        return str(error)
    return ""


def program(step: str, machine: str | None = None) -> bytes:
    """Return the filter of a step as Linux takes it, for a machine as ``os.uname`` calls it.

    Raises:
        NoFilterError: there is none.
    """
    path = HERE / f"{step}.{_name(machine)}.bpf"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NoFilterError(f"There is no filter of system calls for {_name(machine)}.") from None


def number(name: str, machine: str | None = None) -> int | None:
    """Return the number of a system call, ``None`` where the call or the list is unknown."""
    return _numbers().get(_name(machine), {}).get(name)


def _name(machine: str | None) -> str:
    return machine or os.uname().machine


@functools.cache
def _numbers() -> dict[str, dict[str, int]]:
    numbers: dict[str, dict[str, int]] = json.loads((HERE / "calls.json").read_text())
    return numbers
