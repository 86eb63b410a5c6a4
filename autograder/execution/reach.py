"""What one process can do to another, tried: look into it, take its descriptors, stop it.

The numbers are Linux's own: system calls from ``unistd.h`` (the same on x86-64 and aarch64 for the
newer ones), requests from ``ptrace.h``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from autograder.execution.namespaces import STANDARD_ERROR
from autograder.execution.syscalls import call

PTRACE_ATTACH, PTRACE_DETACH = 16, 17
PIDFD_GETFD = 438
PROCESS_VM_READV = {"x86_64": 310, "aarch64": 270}
# As many descriptors are tried as a process of ours could have.
MAX_DESCRIPTORS = 32


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
                    os.close(_system_call(PIDFD_GETFD, handle, number, 0))
                    return True
        finally:
            os.close(handle)
    return False


def _can_read_memory(process: int) -> bool:
    number = PROCESS_VM_READV.get(platform.machine())
    if number is None:
        return False
    # A fork has at our address what we have there.
    content = ctypes.create_string_buffer(b"ours")
    taken = ctypes.create_string_buffer(len(content))
    local = (ctypes.c_void_p * 2)(ctypes.addressof(taken), len(taken))
    remote = (ctypes.c_void_p * 2)(ctypes.addressof(content), len(content))
    with contextlib.suppress(OSError):
        _system_call(number, process, local, 1, remote, 1, 0)
        return True
    return False


def _system_call(number: int, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    answer = int(library.syscall(number, *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


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
