"""Ends processes, also those that appear while the others are being ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator

import psutil

# How long it is tried. Milliseconds are enough, except for what starts new ones all the time.
MAX_SECONDS = 10.0
# Something that was started during a scan is found by the next one.
QUIET_SCANS = 3
SCAN_INTERVAL = 0.02


def end(find: Callable[[], Iterable[psutil.Process]]) -> list[psutil.Process]:
    """End what ``find`` finds, each at once, until it finds nothing that lives.

    Returns:
        What still lived after ``MAX_SECONDS``; nothing, if all is well.
    """
    latest = time.monotonic() + MAX_SECONDS
    quiet = 0
    while quiet < QUIET_SCANS:
        alive = []
        for process in find():
            if _lives(process):
                alive.append(process)
                with contextlib.suppress(psutil.Error):
                    process.kill()
        if alive and time.monotonic() > latest:
            return alive
        quiet = 0 if alive else quiet + 1
        # A program that starts one process after the other must not gain time.
        if not alive and quiet < QUIET_SCANS:
            time.sleep(SCAN_INTERVAL)
    return []


def newest_first() -> Iterator[psutil.Process]:
    """Yield all processes, newest first: one that forks and ends is met while it lives."""
    for pid in reversed(psutil.pids()):
        with contextlib.suppress(psutil.Error):
            yield psutil.Process(pid)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
