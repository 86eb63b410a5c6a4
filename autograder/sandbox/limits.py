"""Watches over a run from outside, where a student's code cannot reach: time, memory, processes."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil

from autograder.core.config import Settings
from autograder.sandbox.result import Stopped

# How long a cell may take beyond its limit: to be interrupted, and to come back.
GRACE = 30
# Looking at memory takes the system some milliseconds a process.
BETWEEN_LOOKS = 1.0


class LimitWatch:
    """The limits of one run. ``room`` is the process to look at, ``None`` for time alone."""

    def __init__(self, settings: Settings, room: psutil.Process | None) -> None:
        self._settings = settings
        self._room = room
        self._began = self._cell_began = self._looked = time.monotonic()
        self._before = used(room)[0] if room else 0

    def cell(self) -> None:
        """Note that a cell has begun or ended."""
        self._cell_began = time.monotonic()

    def verdict(self) -> Stopped | None:
        """Return why the run has to be stopped now, ``None`` where it may go on."""
        now, settings = time.monotonic(), self._settings
        if now - self._began > settings.seconds:
            limit = f"the time limit of {settings.seconds} s"
            return Stopped(f"the notebook was stopped at {limit}", "timeout", "time")
        if now - self._cell_began > settings.cell_seconds + GRACE:
            limit = f"the time limit of {settings.cell_seconds} s"
            return Stopped(f"a cell was stopped at {limit}", "timeout", "time")
        if self._room and now - self._looked > BETWEEN_LOOKS:
            self._looked = now
            return self._look(self._room)
        return None

    def _look(self, room: psutil.Process) -> Stopped | None:
        memory, processes = used(room)
        if memory - self._before > self._settings.memory_mb * 2**20:
            most = f"{self._settings.memory_mb / 1024:g} GiB of memory"
            return Stopped(f"it used more than the {most} that it may use", "error", "memory")
        if processes > self._settings.processes:
            most = f"{self._settings.processes} processes"
            return Stopped(f"it started more than the {most} that it may have", limit="processes")
        return None


def used(room: psutil.Process) -> tuple[int, int]:
    """Return the memory of a process and its descendants in bytes, and their number.

    What several of them share is counted once: the proportional set size. Of memory that they
    share by a mapping without a file all is counted, also what is not in sight just now.
    """
    memory = count = 0
    shared: dict[str, int] = {}
    with contextlib.suppress(psutil.Error):
        for process in (room, *room.children(recursive=True)):
            count += 1
            with contextlib.suppress(psutil.Error):
                memory += _size(process)
            with contextlib.suppress(OSError):
                shared |= _shared(Path(f"/proc/{process.pid}/maps").read_text())
    return memory + sum(shared.values()), count


def _shared(maps: str) -> dict[str, int]:
    """Return the bytes of each shared mapping without a file, by its inode number.

    ``man 5 proc``: address, rights, offset, device, number, name. Linux gives them this name.
    """
    found: dict[str, int] = {}
    for line in maps.splitlines():
        if " /dev/zero" in line:
            address, _, _, _, number, _ = line.split(maxsplit=5)
            first, last = (int(one, 16) for one in address.split("-"))
            # In parts, where only some of it was mapped or its rights differ.
            found[number] = found.get(number, 0) + last - first
    return found


def _size(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.AccessDenied, AttributeError):
        return int(process.memory_info().rss)
