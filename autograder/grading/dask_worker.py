"""What runs on a worker of a Dask cluster: it takes jobs as bytes, and sends runs back as bytes."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from autograder import DISTRIBUTION, datasets
from autograder.core import blocked_imports, decode  # noqa: F401  takes effect when it is imported
from autograder.core.atomic_write import write_atomic
from autograder.core.errors import ClusterError, IsolationError
from autograder.core.evidence import Evidence, pack
from autograder.grading import cache_key
from autograder.grading.training_cache import TrainingCache
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.process import CancelledError
from autograder.sandbox.protocol import EvidenceUpdate, Job
from autograder.sandbox.result import Conditions, Stopped, evidence_of

# A job that has ended this many workers is not given to another.
MAX_WORKERS = 3
END_SECONDS = 20


def conditions() -> dict[str, str]:
    """Return by name what a run depends on besides the job and the images."""
    own = {name: metadata.version(name) for name in (DISTRIBUTION, "msgspec")}
    return own | cache_key.conditions(isolation="")


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return how another machine differs from this one, in words; empty where it does not."""
    return "; ".join(
        f"{name} is {there.get(name)}, here it is {version}"
        for name, version in here.items()
        if there.get(name) != version
    )


class Grading(WorkerPlugin):
    """Holds the sandboxes of one worker for the jobs on one data set.

    It brings the settings and the images of the grader.

    Args:
        pool: the settings and the images of the grader's machine.
        dataset: the module of the data set, as a job names it.

    Raises:
        DatasetError: the images are missing or damaged on the grader's machine.
    """

    def __init__(self, pool: SandboxPool, dataset: str) -> None:
        found = datasets.named(dataset)
        folder, self._variant = pool.images(found), pool.variant(found)
        self._settings, self._dataset = pool.settings, dataset
        self._images = {name: (folder / name).read_bytes() for name in found.files.values()}
        self._conditions = {**conditions(), "images": self._variant}

    def setup(self, worker: Worker) -> None:
        """Begin on a worker, perhaps one that has just joined.

        Raises:
            ClusterError: it differs from the grader's machine.
        """
        self._worker, self._is_over = worker, False
        self._running: dict[Any, threading.Event] = {}
        # Dask clears this folder away, also after a worker that was killed.
        home = Path(worker.local_directory) / f"autograder-{self._variant}"
        trainings = TrainingCache(home / "trainings", self._conditions.values())
        self._pool = SandboxPool(settings=self._settings, data_home=home, trainings=trainings)
        folder = datasets.named(self._dataset).folder(home)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._images.items():
            write_atomic(folder / name, content)
        self._images.clear()
        self._must_be_alike()

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

    def run(self, name: str, payload: bytes) -> Evidence | None:
        """Run a job of this name; return ``None`` where it is given up.

        Raises:
            ClusterError: this worker differs from the grader's machine.
            IsolationError: submissions cannot be isolated here.
            RuntimeError: the job could not be run, and the notebook is not to blame.
        """
        self._must_be_alike()
        job = decode.from_msgpack(payload, Job)
        if self._count_start(name) >= MAX_WORKERS:
            return self._ended(job)
        key, cancel = self._worker.get_current_task(), threading.Event()
        self._running[key] = cancel
        try:
            # It may have been given up just before we listened.
            task = self._worker.state.tasks.get(key)
            if self._is_over or task is None or task.state != "executing":
                cancel.set()
            return job_runner.run(job, self._pool, cancel)
        except CancelledError:
            return None
        except IsolationError as error:
            raise IsolationError(f"On the worker {self._worker.address}: {error}") from None
        except Exception as error:  # noqa: BLE001  as text: whatever else it holds stays here
            raise RuntimeError(f"{error}\n{traceback.format_exc()}") from None
        finally:
            del self._running[key]
            # Once one job is given up, no other will come: the idle sandboxes are closed as well.
            if self._is_over or cancel.is_set():
                self._pool.close()

    def _must_be_alike(self) -> None:
        images = self._pool.variant(datasets.named(self._dataset))
        if what := differences(self._conditions, {**conditions(), "images": images}):
            raise ClusterError(f"The worker {self._worker.address} is not as this machine: {what}.")

    def _count_start(self, name: str) -> int:
        """Return how many workers began this job before; count this one from now on."""
        # The scheduler counts, because a worker that is killed cannot report.
        topic, scheduler = f"autograder-{name}", self._worker.scheduler
        before = sync(self._worker.loop, scheduler.events, topic=topic)
        sync(self._worker.loop, scheduler.log_event, topic=topic, msg=self._worker.address)
        return len(before)

    def _ended(self, job: Job) -> Evidence:
        """Return the run of a job that has ended three workers."""
        return evidence_of(
            job,
            {},
            EvidenceUpdate(),
            stopped=Stopped("the run ended three workers of the cluster", by_others=True),
            conditions=Conditions(isolation=self._pool.level, data=self._variant),
        )


def run(grading: str, name: str, payload: bytes) -> bytes:
    """Run a job on this worker; return its evidence as bytes, none where it is given up."""
    plugin = get_worker().plugins.get(grading)
    evidence = plugin.run(name, payload) if isinstance(plugin, Grading) else None
    return pack(evidence) if evidence else b""
