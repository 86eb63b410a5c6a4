"""A ``concurrent.futures`` future for each job, as the local pool gives them."""

from __future__ import annotations

import contextlib
import functools
import threading
import uuid
from concurrent.futures import Future
from typing import TYPE_CHECKING

import msgspec

from autograder import datasets
from autograder.core.errors import ClusterError, IsolationError
from autograder.core.evidence import Evidence, unpack
from autograder.core.exception_names import public_name
from autograder.grading.dask_executor import messages
from autograder.grading.dask_executor.connect import (
    LOST,
    connect,
    different_software,
    missing_package,
    prepare_workers,
)
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.process import CancelledError
from autograder.sandbox.protocol import EvidenceUpdate, Job
from autograder.sandbox.result import Place, Stopped, evidence_of

if TYPE_CHECKING:
    import distributed

PATIENCE = 30.0
TICK = 2.0
# How often a job is submitted again after workers went down that it has not ended itself.
MAX_TIMES = 10
EMPTY = (
    "The Dask cluster has had no workers for {seconds:g} s. What was finished is kept; once there"
    " are some, the same command goes on."
)


class DaskExecutor:
    """The workers of a Dask cluster; each thread of them runs one job at a time.

    Args:
        pool: the settings and the images of this machine.
        address: of the scheduler, or the path of its scheduler file.
        patience: how many seconds to wait for an answer, and for workers.

    Raises:
        UsageError: the extra is not installed, or there is no such file.
        ClusterError: nobody answers, there are no workers, or they differ from this machine.
    """

    def __init__(self, pool: SandboxPool, *, address: str, patience: float = PATIENCE) -> None:
        self._pool = pool
        self._patience = patience
        self._name = f"autograder-{uuid.uuid4().hex}"
        self._stopping = threading.Event()
        self._waiting: dict[Future[Evidence], distributed.Future[bytes]] = {}
        self._sent_to: set[tuple[str, int, str]] = set()
        self._client = connect(address, patience)
        try:
            prepare_workers(self._client, pool, self._name, patience)
            self.max_pending = self._capacity()
        except BaseException:
            self.stop()
            raise
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self, job: Job) -> Future[Evidence]:
        """Run a job once a thread of a worker is free."""
        future: Future[Evidence] = Future()
        future.set_running_or_notify_cancel()
        self._hand_over(future, job, uuid.uuid4().hex, 1)
        return future

    def stop(self) -> None:
        """Cancel what is running, and run nothing more."""
        self._stopping.set()
        # Whatever it is that fails now: the workers give up what no client waits for.
        with contextlib.suppress(Exception):
            if self._client.status == "running":
                self._client.sync(self._leave, callback_timeout=self._patience)
        with contextlib.suppress(Exception):
            self._client.close(timeout=TICK)

    async def _leave(self) -> None:
        """Let every worker close its sandboxes."""
        if self._client.scheduler:
            await self._client.scheduler.unregister_worker_plugin(name=self._name)

    def _capacity(self) -> int:
        # So that no worker waits while we judge.
        threads: dict[str, int] = self._client.nthreads()
        return 2 * sum(threads.values())

    def _watch(self) -> None:
        """Count the workers, which come and go; fail the jobs when there are none for too long."""
        without = 0.0
        while not self._stopping.wait(TICK):
            # The jobs themselves report a lost scheduler.
            with contextlib.suppress(Exception):
                capacity = self._capacity()
                without = 0.0 if capacity else without + TICK
                self.max_pending = capacity or self.max_pending
            if without > self._patience:
                for future in list(self._waiting):
                    _end(future, ClusterError(EMPTY.format(seconds=self._patience)))

    def _hand_over(self, future: Future[Evidence], job: Job, name: str, times: int) -> None:
        from autograder.grading.dask_executor.worker import run  # noqa: PLC0415  needs the extra

        key, wanted = f"autograder-{name}-{times}", self._pool.variant(datasets.named(job.dataset))
        payload = msgspec.msgpack.encode(job)
        try:
            sent = self._client.submit(run, self._name, name, payload, wanted, key=key, pure=False)
            self._waiting[future] = sent
            sent.add_done_callback(functools.partial(self._finished, future, job, name, times))
        except Exception as error:  # noqa: BLE001  Dask raises what it likes once it is lost
            _end(future, ClusterError(f"{LOST} ({error})"))

    def _finished(
        self,
        future: Future[Evidence],
        job: Job,
        name: str,
        times: int,
        sent: distributed.Future[bytes],
    ) -> None:
        """Handle a job that has ended, one way or another."""
        try:
            result = self._result(job, name, sent)
        except Exception as error:  # noqa: BLE001  passed to whoever waits for the run
            result = error
        if self._stopping.is_set():
            result = CancelledError()
        if result is None and times < MAX_TIMES:
            self._hand_over(future, job, name, times + 1)
            return
        self._waiting.pop(future, None)
        _end(future, result or ClusterError("The workers of the Dask cluster keep ending."))

    def _result(
        self, job: Job, name: str, sent: distributed.Future[bytes]
    ) -> Evidence | Exception | None:
        """Return the result of a job; ``None`` where it must be submitted again."""
        if sent.status == "cancelled":
            return ClusterError(LOST)
        if sent.status == "error":
            return self._erred(job, name, sent.exception())
        reply = msgspec.msgpack.decode(sent.result(), type=messages.Reply)
        result: Evidence | Exception | None = None
        match reply:
            case messages.Done(evidence=packed):
                result = unpack(packed)
            case messages.WorkerEnded():
                result = self._ended(job)
            case messages.NeedsImages(address=address, process=process, dataset=dataset):
                self._send_images(address, process, dataset)
            case messages.DifferentSoftware(what=what):
                result = different_software("A worker", what)
            case messages.Insecure(why=why):
                result = IsolationError(why)
            case messages.Troubled(why=why):
                result = RuntimeError(why)
        return result

    def _erred(
        self, job: Job, name: str, error: BaseException | None
    ) -> Evidence | Exception | None:
        from distributed import KilledWorker  # noqa: PLC0415  needs the extra

        if isinstance(error, KilledWorker):
            # Dask suspects every job that a worker had been given: which ones did it run?
            taken_up = len(self._client.get_events(f"autograder-{name}"))
            return self._ended(job) if taken_up >= messages.MAX_WORKERS else None
        if isinstance(error, ImportError):
            return missing_package(error)
        reason = f"{public_name(type(error))}: {error}" if error else "it gives no reason"
        return RuntimeError(f"Dask: {reason}")

    def _ended(self, job: Job) -> Evidence:
        """Return the run of a job that has ended three workers."""
        return evidence_of(
            job,
            {},
            EvidenceUpdate(),
            stopped=Stopped("the run ended three workers of the cluster", by_others=True),
            place=Place(
                isolation=self._pool.level,
                data=self._pool.variant(datasets.named(job.dataset)),
            ),
        )

    def _send_images(self, address: str, process: int, module: str) -> None:
        """Send the images of a data set to a worker, once."""
        from autograder.grading.dask_executor.worker import take_images  # noqa: PLC0415  the extra

        if (address, process, module) not in self._sent_to:
            dataset = datasets.named(module)
            folder = self._pool.images(dataset)
            files = {name: (folder / name).read_bytes() for name in dataset.files.values()}
            self._client.run(
                take_images, self._name, module, files, workers=[address], on_error="ignore"
            )
            self._sent_to.add((address, process, module))


def _end(future: Future[Evidence], result: Evidence | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
