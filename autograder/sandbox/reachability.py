"""Tests what one process can do to another: read it, take its descriptors, trace it.

The requests are those of Linux's ``ptrace.h``.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox import seccomp
from autograder.sandbox.libc import call
from autograder.sandbox.namespaces import STANDARD_ERROR

PTRACE_ATTACH, PTRACE_DETACH = 16, 17
# The number of descriptors that a process of ours could have.
MAX_DESCRIPTORS = 32
# Some calls that a filter refuses before Linux reads their arguments.
FILTERED = ("keyctl", "add_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "mount")
REFUSALS = (errno.EPERM, errno.ENOSYS)


def into(process: int) -> Iterator[str]:
    """Yield what this process can do to another, as in *can take a descriptor*."""
    folder = Path(f"/proc/{process}")
    for name in ("fd", "fdinfo", "map_files"):
        with contextlib.suppress(OSError):
            next((folder / name).iterdir(), None)
            yield f"can list {name}"
    for name in ("mem", "environ", "maps", "auxv"):
        with contextlib.suppress(OSError), (folder / name).open("rb") as file:
            # Some can be opened by everyone, and then say nothing.
            if name == "mem" or file.read(1):
                yield f"can read {name}"
    for name in ("cwd", "root", "exe"):
        with contextlib.suppress(OSError):
            (folder / name).readlink()
            yield f"can follow {name}"
    if _can_take_a_descriptor(process):
        yield "can take a descriptor"
    if _can_read_memory(process):
        yield "can read the memory"
    with contextlib.suppress(OSError):
        call("ptrace", PTRACE_ATTACH, process, None, None)
        os.waitpid(process, 0)
        call("ptrace", PTRACE_DETACH, process, None, None)
        yield "can trace the steps"


def _can_take_a_descriptor(process: int) -> bool:
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(process)
        try:
            for number in range(MAX_DESCRIPTORS):
                with contextlib.suppress(OSError):
                    os.close(_system_call("pidfd_getfd", handle, number, 0))
                    return True
        finally:
            os.close(handle)
    return False


def _can_read_memory(process: int) -> bool:
    # A fork has at our address what we have there.
    content = ctypes.create_string_buffer(b"ours")
    taken = ctypes.create_string_buffer(len(content))
    local = (ctypes.c_void_p * 2)(ctypes.addressof(taken), len(taken))
    remote = (ctypes.c_void_p * 2)(ctypes.addressof(content), len(content))
    with contextlib.suppress(OSError):
        _system_call("process_vm_readv", process, local, 1, remote, 1, 0)
        return True
    return False


def calls() -> Iterator[str]:
    """Yield what of ``FILTERED`` this process can ask Linux for, if only to be told it is wrong."""
    for name in FILTERED:
        try:
            _system_call(name, -1, None, None, None, None)
        except OSError as error:
            if error.errno in REFUSALS:
                continue
        yield name


def _system_call(name: str, *arguments: object) -> int:
    number = seccomp.number(name)
    if number is None:
        raise OSError(errno.ENOSYS, f"{name}: its number is not known here")
    library = ctypes.CDLL(None, use_errno=True)
    result = int(library.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def descriptors() -> list[int]:
    """Return the descriptors of this process, without the standard streams."""
    # A list first: what lists them has a descriptor too, which is gone afterwards.
    numbers = [int(path.name) for path in list(Path("/proc/self/fd").iterdir())]
    return [number for number in numbers if number > STANDARD_ERROR and _is_open(number)]


def _is_open(number: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(number)
        return True
    return False


def shared_memory() -> list[str]:
    """Return the names of memory that this process could write to and share with others."""
    lines = (line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines())
    return [line[-1] for line in lines if line[1].startswith("rw") and line[1].endswith("s")]
