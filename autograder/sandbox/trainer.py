"""The trainer: a sandbox of its own, without any student's code, in which trainings are done."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from autograder.core.training import MAX_TRAINING_SECONDS
from autograder.sandbox.process import SandboxProcess

# To load TensorFlow takes as long as two trainings: for fewer it is not worth while.
TRAININGS_BEFORE = 2
# How long a kernel waits for a trainer that was started for a class: as long as it may train.
WAIT_SECONDS = MAX_TRAINING_SECONDS


class Trainer:
    """Does trainings, several at a time; starts once there have been some to do, or when told.

    Args:
        start: starts the process.
    """

    def __init__(self, start: Callable[[], SandboxProcess]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._asked = 0
        self._is_started = False
        self._process: SandboxProcess | None = None
        self._stop = threading.Event()
        # Set while nobody has to wait: before it is told to start, and once it has, or has failed.
        self._decided = threading.Event()
        self._decided.set()

    def start(self) -> None:
        """Start, because there will be many trainings: from now on the first one waits for it."""
        self._start_once(is_awaited=True)

    def train(self, description: bytes) -> bytes:
        """Do a training; return nothing where that cannot be had, or not in time."""
        with self._lock:
            self._asked += 1
            is_worth_it = self._asked > TRAININGS_BEFORE
        if is_worth_it:
            self._start_once(is_awaited=False)
        self._decided.wait(WAIT_SECONDS)
        with self._lock:
            process = self._process
        # Without it everything goes on, more slowly.
        with contextlib.suppress(OSError, ValueError):
            if process and process.is_ready:
                return process.train(description, MAX_TRAINING_SECONDS)
        return b""

    def close(self) -> None:
        """End it."""
        self._stop.set()
        self._decided.set()
        with self._lock:
            if self._process:
                self._process.close()
            self._process = None

    def _start_once(self, *, is_awaited: bool) -> None:
        with self._lock:
            if self._is_started:
                return
            self._is_started = True
            if is_awaited:
                self._decided.clear()
        threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self) -> None:
        with contextlib.ExitStack() as at_the_end, contextlib.suppress(Exception):
            at_the_end.callback(self._decided.set)
            with self._lock:
                # Closed before it was there, nobody would end it.
                if self._stop.is_set():
                    return
                self._process = process = self._start()
            process.wait_until_ready(self._stop)
            # One that has to load TensorFlow for each training would be of no use.
            if not process.is_warm:
                self.close()
            self._decided.set()
            # A sandbox ends with the thread that has started it.
            self._stop.wait()
