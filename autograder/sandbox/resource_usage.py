"""What the processes of a run use, as Linux shows it in ``/proc``: memory, threads, open files."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from autograder.sandbox import seccomp

# Bytes of lists of mappings that are read to measure a run once: where TensorFlow is loaded, those
# of a process have 150 kB. Linux takes a second to write some 50 MiB.
MAX_MAPS = 32 * 2**20
# Of a run: open files, and how often an epoll watches one of them. All processes of a user may have
# some millions of watches together. A kernel has 100 files and few watches, and so has each process
# that is forked of it.
MAX_HANDLES, MAX_WATCHES = 100_000, 200_000
# Bytes of a line about a watch in an epoll's ``fdinfo``, at most.
MAX_LINE = 128
# From ``kcmp.h``.
KCMP_VM = 1
POLL = "anon_inode:[eventpoll]"


def tree(root: psutil.Process) -> list[psutil.Process]:
    """Return a process and its descendants, none where it has ended."""
    with contextlib.suppress(psutil.Error):
        return [root, *root.children(recursive=True)]
    return []


def remaining_thread(process: psutil.Process) -> psutil.Process | None:
    """Return a thread of a process that goes on though its first has ended, mostly ``None``.

    It is one that has the memory of the process: one that is about to end has none.
    """
    with contextlib.suppress(psutil.Error, OSError):
        if process.status() == psutil.STATUS_ZOMBIE:
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                # It may have ended meanwhile.
                with contextlib.suppress(psutil.Error):
                    thread = psutil.Process(int(task.name))
                    if thread.memory_info().rss:
                        return thread
    return None


def upper_bound(processes: Sequence[psutil.Process]) -> int:
    """Return the bytes of memory that processes use at most.

    That is found at once: all that each has in memory, and all that anybody on this machine shares
    by a mapping without a file, as it need not be in sight just now, or has on the disk.
    """
    memory = getattr(psutil.virtual_memory(), "shared", 0) + psutil.swap_memory().used
    for process in processes:
        with contextlib.suppress(psutil.Error):
            memory += process.memory_info().rss
        memory += _tables(process)
    return int(memory)


def used(processes: Sequence[psutil.Process]) -> int:
    """Return the bytes of memory that processes use; what they share counts once.

    Of what they share by a mapping without a file all is counted, also what is not in sight. The
    system looks at each page for it, some 10 ms a process where TensorFlow is loaded. Nobody needs
    so many mappings that they could not be looked through before much else has happened; who has,
    uses what it uses at most.
    """
    memory, left = 0, MAX_MAPS
    shared: dict[bytes, int] = {}
    for process in processes:
        with contextlib.suppress(OSError), Path(f"/proc/{process.pid}/maps").open("rb") as maps:
            text = maps.read(left)
            left -= len(text)
            if left <= 0:
                return upper_bound(processes)
            shared |= _shared(text)
    for process in _different(processes):
        with contextlib.suppress(psutil.Error):
            memory += _share(process)
        memory += _tables(process)
    return memory + sum(shared.values())


def _different(processes: Sequence[psutil.Process]) -> Iterator[psutil.Process]:
    """Yield one process of each memory.

    Two have the same from ``vfork`` on until a program is loaded, and then each is shown all of it.
    """
    found: dict[bytes, list[int]] = {}
    for process in processes:
        with contextlib.suppress(OSError):
            # Only those can have the same that are equally large.
            alike = found.setdefault(Path(f"/proc/{process.pid}/statm").read_bytes(), [])
            if not any(_have_the_same_memory(process.pid, one) for one in alike):
                alike.append(process.pid)
                yield process


def _have_the_same_memory(one: int, other: int) -> bool:
    """Return whether two processes do, as far as Linux tells (``man 2 kcmp``)."""
    number = seccomp.number("kcmp")
    return number is not None and ctypes.CDLL(None).syscall(number, one, other, KCMP_VM, 0, 0) == 0


def handles_of(processes: Sequence[psutil.Process]) -> tuple[int, int]:
    """Return how many files processes have open, and how many they watch.

    It does not look any further where there are more than there may be. What several of them share
    counts for each.
    """
    handles = watches = 0
    for process in processes:
        # It, or a file of it, may be gone meanwhile.
        with contextlib.suppress(OSError):
            for file in Path(f"/proc/{process.pid}/fd").iterdir():
                if handles > MAX_HANDLES or watches > MAX_WATCHES:
                    return handles, watches
                handles += 1
                with contextlib.suppress(OSError):
                    if os.readlink(file) == POLL:
                        watches += _watches(file, MAX_WATCHES - watches)
    return handles, watches


def _watches(epoll: Path, limit: int) -> int:
    """Return how many files an epoll watches, or a number above the limit (``man 5 proc``)."""
    with (epoll.parents[1] / "fdinfo" / epoll.name).open("rb") as lines:
        return lines.read(MAX_LINE * (limit + 1)).count(b"tfd:")


def _shared(maps: bytes) -> dict[bytes, int]:
    """Return the bytes of each shared mapping without a file, by its inode number.

    ``man 5 proc``: address, rights, offset, device, number, name. Linux gives them this name.
    """
    found: dict[bytes, int] = {}
    # A file may have any name, with line ends of other systems too.
    for line in maps.split(b"\n"):
        if b" /dev/zero" in line:
            address, _, _, _, number, _ = line.split(maxsplit=5)
            first, last = (int(one, 16) for one in address.split(b"-"))
            # In parts, where only some of it was mapped or its rights differ.
            found[number] = found.get(number, 0) + last - first
    return found


def _tables(process: psutil.Process) -> int:
    """Return the memory of the tables that say where each page lies: 1/512 of all addresses used.

    It belongs to none of the pages. ``man 5 proc``: a line of its ``status``.
    """
    with contextlib.suppress(OSError):
        # Another line has the name: any bytes but a line end.
        for line in Path(f"/proc/{process.pid}/status").read_bytes().split(b"\n"):
            if line.startswith(b"VmPTE:"):
                return int(line.split()[1]) * 1024
    return 0


def _share(process: psutil.Process) -> int:
    """Return the proportional set size: what several processes share is divided among them."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.AccessDenied, AttributeError):
        return int(process.memory_info().rss)
