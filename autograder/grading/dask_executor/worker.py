"""What runs on a worker of a cluster: it takes jobs as bytes, and sends runs back as bytes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from autograder import datasets
from autograder.core import quick_start  # noqa: F401  takes effect when it is imported
from autograder.core.config import Settings
from autograder.core.errors import DatasetError, IsolationError
from autograder.core.evidence import pack, write_whole
from autograder.grading.dask_executor.messages import (
    MAX_WORKERS,
    Cancelled,
    DifferentSoftware,
    Done,
    Insecure,
    NeedsImages,
    Reply,
    Troubled,
    WorkerEnded,
    conditions,
    differences,
)
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.process import CancelledError
from autograder.sandbox.protocol import Job

END_SECONDS = 20


class Grading(WorkerPlugin):
    """Holds the sandboxes of one worker, from the first job until grading ends.

    Args:
        settings: the limits, and whether sandboxes are sealed.
        conditions: what must be on this machine as it is on the grader's.
    """

    def __init__(self, settings: Settings, conditions: Mapping[str, str]) -> None:
        self._settings = settings
        self._conditions = dict(conditions)

    def setup(self, worker: Worker) -> None:
        """Begin on a worker, perhaps one that has just joined."""
        self._worker = worker
        self._lock = threading.Lock()
        # Dask clears this folder away, also after a worker that was killed.
        self._sent = Path(worker.local_directory) / "autograder-images"
        self._pool = SandboxPool(settings=self._settings, data_home=self._sent)
        self._running: dict[Any, threading.Event] = {}
        self._is_over = False

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002  Dask calls it so
        """Give up what is running, and leave nothing behind."""
        self._is_over = True
        for cancel in list(self._running.values()):
            cancel.set()
        for _ in range(END_SECONDS * 10):
            if not self._running:
                break
            await asyncio.sleep(0.1)
        self._pool.close()

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:  # noqa: ARG002
        """Give up a job that nobody waits for any more, such as after the grader was killed."""
        if finish == "released" and key in self._running:
            self._running[key].set()

    def run(self, name: str, payload: bytes, wanted: str) -> Reply:
        """Run a job of this name on the *wanted* images, ``full`` or ``sample``."""
        if different := differences(self._conditions, conditions()):
            return DifferentSoftware(what=different)
        job = msgspec.msgpack.decode(payload, type=Job)
        if not self._holds(job.dataset, wanted):
            return NeedsImages(self._worker.address, os.getpid(), job.dataset)
        if self._count_start(name) >= MAX_WORKERS:
            return WorkerEnded()
        with self._cancellable() as cancel:
            return self._run(job, cancel)

    def _run(self, job: Job, cancel: threading.Event) -> Reply:
        try:
            return Done(evidence=pack(job_runner.run(job, self._pool, cancel)))
        except CancelledError:
            return Cancelled()
        except IsolationError as error:
            return Insecure(why=f"On the worker {self._worker.address}: {error}")
        except Exception as error:  # noqa: BLE001  reported to the person who grades
            return Troubled(why=f"{error}\n{traceback.format_exc()}")
        finally:
            # Once one job is given up, no other will come: the idle sandboxes are closed as well.
            if self._is_over or cancel.is_set():
                self._pool.close()

    def take(self, module: str, files: Mapping[str, bytes]) -> None:
        """Store the images that were sent of a data set."""
        dataset = datasets.named(module)
        folder = dataset.folder(self._sent)
        with self._lock:
            folder.mkdir(parents=True, exist_ok=True)
            for name in dataset.files.values():
                write_whole(folder / name, files[name])
            self._pool.look_again()

    def _holds(self, module: str, wanted: str) -> bool:
        """Return whether the right images are here, whole."""
        with self._lock, contextlib.suppress(DatasetError):
            return self._pool.variant(datasets.named(module)) == wanted
        return False

    def _count_start(self, name: str) -> int:
        """Return how many workers began this job before; count this one from now on."""
        # The scheduler counts, because a worker that is killed cannot report.
        topic, scheduler = f"autograder-{name}", self._worker.scheduler
        before = sync(self._worker.loop, scheduler.events, topic=topic)
        sync(self._worker.loop, scheduler.log_event, topic=topic, msg=self._worker.address)
        return len(before)

    @contextlib.contextmanager
    def _cancellable(self) -> Iterator[threading.Event]:
        key, cancel = self._worker.get_current_task(), threading.Event()
        self._running[key] = cancel
        try:
            # It may have been given up just before we listened.
            task = self._worker.state.tasks.get(key)
            if self._is_over or task is None or task.state != "executing":
                cancel.set()
            yield cancel
        finally:
            del self._running[key]


def run(grading: str, name: str, payload: bytes, wanted: str) -> bytes:
    """Run a job on this worker; return the reply as bytes."""
    plugin = get_worker().plugins.get(grading)
    reply = plugin.run(name, payload, wanted) if isinstance(plugin, Grading) else Cancelled()
    return msgspec.msgpack.encode(reply)


def take_images(grading: str, module: str, files: Mapping[str, bytes], dask_worker: Worker) -> None:
    """Store the images that were sent to this worker."""
    plugin = dask_worker.plugins.get(grading)
    if isinstance(plugin, Grading):
        plugin.take(module, files)
