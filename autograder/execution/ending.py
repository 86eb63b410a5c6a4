"""Ends processes, also those that appear while the others are being ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable

import psutil

ROUNDS = 100


def end(find: Callable[[], Iterable[psutil.Process]]) -> None:
    """End what ``find`` finds, until it finds nothing that lives."""
    for _ in range(ROUNDS):
        alive = [process for process in find() if _lives(process)]
        if not alive:
            return
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(0.02)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
