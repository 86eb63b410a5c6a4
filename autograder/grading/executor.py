"""Where jobs are run: several sandboxes of this machine side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import psutil

from autograder.core.evidence import Evidence
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import Job

# For each worker: the one that goes on, and one that waits for a training.
MAX_KERNELS = 2


class Executor(Protocol):
    """Runs jobs, here or elsewhere."""

    max_pending: int
    """How many jobs may be pending before the first is done."""
    runs_here: bool
    """Whether jobs are run on this machine, from the pool that the grader has."""

    def start(self, job: Job) -> Future[Evidence]:
        """Run a job once there is a free slot."""

    def stop(self) -> None:
        """Cancel what is running, and run nothing more."""


ExecutorFactory = Callable[[SandboxPool], Executor]


class LocalExecutor:
    """Threads, each of which waits for a process in which a notebook is run."""

    runs_here = True

    def __init__(self, pool: SandboxPool, workers: int) -> None:
        self._pool = pool
        pool.turns.limit = workers
        kernels = _kernels(workers, pool.settings.memory_mb)
        self._threads = ThreadPoolExecutor(max_workers=kernels)
        self._cancel = threading.Event()
        # So that no worker waits while we judge.
        self.max_pending = kernels + workers

    def start(self, job: Job) -> Future[Evidence]:
        """Run a job once a thread is free."""
        return self._threads.submit(job_runner.run, job, self._pool, self._cancel)

    def stop(self) -> None:
        """Cancel what is running, and run nothing more."""
        self._cancel.set()
        self._threads.shutdown(cancel_futures=True)


def _kernels(workers: int, memory_mb: int) -> int:
    """Return how many kernels there may be: those that wait for a training take memory too."""
    room = psutil.virtual_memory().available // (memory_mb * 2**20)
    return max(workers, min(MAX_KERNELS * workers, room))
