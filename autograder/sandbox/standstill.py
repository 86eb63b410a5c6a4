"""Lets the processes of a submission stand still, so that none escapes a look at all of them.

What holds memory may fork and end all the time, within less than it takes to list processes: each
that was listed is gone then before it is measured, and each that is there was not listed.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from autograder.sandbox.namespaces import GO_ON, STAND_STILL
from autograder.sandbox.resource_usage import remaining_thread

# Seconds. On a busy core their first process has to wait for its turn, and each for its own.
MAX_SECONDS, INTERVAL = 2.0, 0.01
# In ``disk-sleep`` is who waits for another in ``vfork``, and goes on only after that.
STILL = (
    *(psutil.STATUS_STOPPED, psutil.STATUS_DISK_SLEEP),
    *(psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD),
)
# The first process and the kernel.
ALWAYS = 2


class ProcessSpace:
    """The process space of a submission; without a ``first`` process there is none of its own."""

    def __init__(self, first: psutil.Process | None) -> None:
        self._first = first

    @classmethod
    def among(cls, processes: Sequence[psutil.Process]) -> ProcessSpace:
        """Find the space below some processes, the outermost of which come first."""
        return cls(next((one for one in processes[1:] if _is_first(one)), None))

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self._first is not None

    def members(self) -> frozenset[str]:
        """Return the numbers of all processes in it.

        Linux lists them in rising order, as it gives them: of a chain in which each forks the next
        and ends, there is always one among them.
        """
        if self._first:
            with contextlib.suppress(OSError):
                names = os.listdir(f"/proc/{self._first.pid}/root/proc")  # noqa: PTH208  at once
                return frozenset(name for name in names if name.isdigit())
        return frozenset()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let them all stand still meanwhile, if they do within ``MAX_SECONDS``."""
        latest = time.monotonic() + MAX_SECONDS
        try:
            while self._ask(STAND_STILL) and time.monotonic() < latest:
                time.sleep(INTERVAL)
                if self._stands():
                    break
            yield
        finally:
            self._ask(GO_ON)

    def _ask(self, what: int) -> bool:
        with contextlib.suppress(psutil.Error):
            if self._first:
                self._first.send_signal(what)
                return True
        return False

    def _stands(self) -> bool:
        with contextlib.suppress(psutil.Error):
            if self._first:
                others = self._first.children(recursive=True)
                threads = filter(None, map(remaining_thread, others))
                return all(one.status() in STILL for one in (*others, *threads))
        return False


def _is_first(process: psutil.Process) -> bool:
    """Return whether a process is number 1 where it lives (``man 5 proc``: ``NSpid``)."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_bytes().split(b"\n"):
            if line.startswith(b"NSpid:"):
                return line.split()[2:][-1:] == [b"1"]
    return False
