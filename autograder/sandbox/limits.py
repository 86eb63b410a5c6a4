"""Limits on a run, measured from outside a student's reach: time, memory, processes, files."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import psutil

from autograder.core.config import Settings
from autograder.core.training import MAX_TRAINING_SECONDS
from autograder.sandbox import resource_usage
from autograder.sandbox.result import Stopped
from autograder.sandbox.standstill import ALWAYS, ProcessSpace

# Seconds that a cell may take beyond its limit: to be interrupted, and to come back.
GRACE = 30
# Seconds. Measuring memory takes the system some milliseconds a process.
MEASURE_INTERVAL = 1.0
# Seconds of one run that it may wait for trainings beyond what it is charged for them: until one
# process more has started on a busy machine, and did not come to its end.
MAX_FREE_SECONDS = 3 * MAX_TRAINING_SECONDS
# Processes may come and go that should stand still. Of one whose first thread has ended Linux shows
# neither memory nor files; its other threads may do the same where nothing stands still. After so
# many measurements in a row that is not by chance.
MAX_UNSURE = 3


class LimitWatch:
    """The limits of one run. ``root`` is the process to measure, ``None`` for time alone.

    ``spent`` are seconds of the time limit that are gone already.
    """

    def __init__(
        self, settings: Settings, root: psutil.Process | None, *, spent: float = 0.0
    ) -> None:
        self._settings = settings
        self._process = root
        self._cell_began = self._measured = time.monotonic()
        self._began = self._cell_began - spent
        self._before = resource_usage.used(resource_usage.tree(root)) if root else 0
        self._paused_since: float | None = None
        self._free = float(MAX_FREE_SECONDS)
        self._unsure = 0
        self._space = ProcessSpace(None)

    def cell(self) -> None:
        """Note that a cell has started or ended."""
        self._cell_began = time.monotonic()

    def pause(self) -> None:
        """Let no time pass from now on: the kernel waits for us."""
        self._paused_since = time.monotonic()

    def resume(self, charged: float) -> None:
        """Let time pass again; charge so many seconds instead of those of the wait.

        But no more than ``MAX_FREE_SECONDS`` of all waits are free: other things than a kernel's
        wait can be behind them.
        """
        if self._paused_since is not None:
            shift = min(time.monotonic() - self._paused_since - charged, self._free)
            self._free -= max(0.0, shift)
            self._began += shift
            self._cell_began += shift
            self._paused_since = None

    def verdict(self) -> Stopped | None:
        """Return why the run has to be stopped now, ``None`` where it may go on."""
        clock, settings = time.monotonic(), self._settings
        now = clock
        if self._paused_since is not None:
            now = max(self._paused_since, clock - self._free)
        if now - self._began > settings.seconds:
            limit = f"the time limit of {settings.seconds} s"
            return Stopped(f"the notebook was stopped at {limit}", "timeout", "time")
        if now - self._cell_began > settings.cell_seconds + GRACE:
            limit = f"the time limit of {settings.cell_seconds} s"
            return Stopped(f"a cell was stopped at {limit}", "timeout", "time")
        # Also while time stands still: a kernel may do other things than wait.
        if self._process and clock - self._measured > MEASURE_INTERVAL:
            self._measured = clock
            return self._measure(self._process)
        return None

    def _measure(self, root: psutil.Process) -> Stopped | None:
        limit = self._before + self._settings.memory_mb * 2**20
        if not self._space.exists:
            self._space = ProcessSpace.among(resource_usage.tree(root))
        with contextlib.ExitStack() as stack:
            members, look = self._space.members(), _Look.at(root)
            is_over = resource_usage.upper_bound(look.measured) > limit
            # Only where it makes a difference: to be stopped is noticed by some programs.
            hold = self._space.exists and (
                look.is_headless
                or self._space.members() != members
                or (is_over and len(members) > ALWAYS)
            )
            if hold:
                stack.enter_context(self._space.held())
                members, look = self._space.members(), _Look.at(root)
                is_over = resource_usage.upper_bound(look.measured) > limit
            is_over = is_over and resource_usage.used(look.measured) > limit
            handles, watches = resource_usage.handles_of(look.measured)
            escaped = self._space.members() != members if hold else look.is_headless
        self._unsure = self._unsure + 1 if escaped else 0
        if self._unsure == MAX_UNSURE:
            why = "one of its processes kept its memory from being measured"
            return Stopped(why, limit="memory")
        if is_over:
            size = f"{self._settings.memory_mb / 1024:g} GiB of memory"
            return Stopped(f"it used more than the {size} that it may use", limit="memory")
        if len(look.processes) > self._settings.processes:
            number = f"{self._settings.processes} processes"
            return Stopped(f"it started more than the {number} that it may have", limit="processes")
        if handles > resource_usage.MAX_HANDLES or watches > resource_usage.MAX_WATCHES:
            return Stopped("it had more files open than any notebook needs", limit="files")
        return None


@dataclass(frozen=True)
class _Look:
    """What was seen of the processes of a run at one time.

    ``measured`` has a thread besides each whose first has ended.
    """

    processes: list[psutil.Process]
    measured: list[psutil.Process]
    is_headless: bool

    @classmethod
    def at(cls, root: psutil.Process) -> _Look:
        processes = resource_usage.tree(root)
        threads = [one for one in map(resource_usage.remaining_thread, processes) if one]
        return cls(processes, [*processes, *threads], bool(threads))
