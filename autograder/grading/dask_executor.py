"""Jobs run on a Dask cluster: submit, gather, submit again. It needs the extra ``cluster``."""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from concurrent.futures import Future
from pathlib import Path

import msgspec
from distributed import CancelledError as CancelledByDask
from distributed import Client, KilledWorker

from autograder import DISTRIBUTION
from autograder.core import decode
from autograder.core.errors import AutograderError, ClusterError, UsageError
from autograder.core.evidence import Evidence, unpack
from autograder.core.exception_names import public_name
from autograder.grading.dask_worker import Grading, run
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.process import CancelledError
from autograder.sandbox.protocol import Job

PATIENCE, TICK = 30.0, 2.0
# How often a job is submitted again after workers went down that it has not ended itself.
MAX_TIMES = 10
GOES_ON = "What was finished is kept; once {}, the same command goes on."
LOST = "The connection to the Dask scheduler was lost. " + GOES_ON.format("the cluster is back")
EMPTY = "The Dask cluster has had no workers for {:g} s. " + GOES_ON.replace("{}", "there are some")


class _SchedulerFile(msgspec.Struct):
    address: str


class DaskExecutor:
    """The workers of a Dask cluster; each thread of them runs one job at a time.

    Args:
        pool: the settings and the images of this machine.
        address: of the scheduler, or the path of its scheduler file.
        patience: how many seconds to wait for an answer, and for workers.

    Raises:
        UsageError: there is no such file.
        ClusterError: nobody answers, or there are no workers.
    """

    runs_here = False

    def __init__(self, pool: SandboxPool, *, address: str, patience: float = PATIENCE) -> None:
        self._pool, self._patience, self._without = pool, patience, 0.0
        self._name = f"autograder-{uuid.uuid4().hex}"
        self._plugins: list[str] = []
        self._stopping = threading.Event()
        self._client = _connect(address, patience)
        try:
            self._wait_for_workers()
            self.max_pending = self._capacity()
        except BaseException:
            self.stop()
            raise
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self, job: Job) -> Future[Evidence]:
        """Run a job once a thread of a worker is free; the first of a data set sends its images."""
        future: Future[Evidence] = Future()
        try:
            plugin = self._prepared(job.dataset)
        except Exception as error:  # noqa: BLE001  passed to whoever waits for the run
            future.set_exception(error)
        else:
            arguments = (future, plugin, msgspec.msgpack.encode(job))
            threading.Thread(target=self._complete, args=arguments, daemon=True).start()
        return future

    def stop(self) -> None:
        """Cancel what is running, and run nothing more."""
        self._stopping.set()
        # Whatever it is that fails now: the workers give up what no client waits for.
        with contextlib.suppress(Exception):
            if self._client.status == "running":
                for plugin in self._plugins:
                    # Every worker closes its sandboxes.
                    self._client.unregister_worker_plugin(plugin)
        with contextlib.suppress(Exception):
            self._client.close(timeout=TICK)

    def _wait_for_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            raise ClusterError(
                f"The Dask cluster has no workers, even after {self._patience:g} s."
            ) from error
        except OSError as error:
            raise ClusterError(LOST) from error

    def _prepared(self, dataset: str) -> str:
        """Prepare the workers for jobs on a data set, also those that join later; name the plugin.

        Raises:
            DatasetError: the images are missing or damaged here.
            ClusterError: a worker differs from this machine, or the connection was lost.
        """
        plugin = f"{self._name}-{dataset}"
        if plugin not in self._plugins:
            grading = Grading(self._pool, dataset)
            self._plugins.append(plugin)
            try:
                self._client.register_plugin(grading, name=plugin)
            except ImportError as error:
                raise _missing_package(error) from error
            except OSError as error:
                raise ClusterError(f"{LOST} ({error})") from error
        return plugin

    def _capacity(self) -> int:
        # So that no worker waits while we judge.
        threads: dict[str, int] = self._client.nthreads()
        return 2 * sum(threads.values())

    def _watch(self) -> None:
        """Count the workers, which come and go."""
        while not self._stopping.wait(TICK):
            # The jobs themselves report a lost scheduler.
            with contextlib.suppress(Exception):
                capacity = self._capacity()
                self._without = 0.0 if capacity else self._without + TICK
                self.max_pending = capacity or self.max_pending

    def _complete(self, future: Future[Evidence], plugin: str, payload: bytes) -> None:
        try:
            future.set_result(self._run(plugin, payload, uuid.uuid4().hex))
        except Exception as error:  # noqa: BLE001  passed to whoever waits for the run
            future.set_exception(CancelledError() if self._stopping.is_set() else error)

    def _run(self, plugin: str, payload: bytes, name: str) -> Evidence:
        for times in range(1, MAX_TIMES + 1):
            # Dask suspects all that a dead worker was given, and its workers know what was begun.
            with contextlib.suppress(KilledWorker):
                if packed := self._sent(plugin, payload, name, f"autograder-{name}-{times}"):
                    return unpack(packed)
        raise ClusterError("The workers of the Dask cluster keep ending.")

    def _sent(self, plugin: str, payload: bytes, name: str, key: str) -> bytes:
        """Submit a job, and return what a worker says of it."""
        done = threading.Event()
        try:
            sent = self._client.submit(run, plugin, name, payload, key=key, pure=False)
            sent.add_done_callback(lambda _: done.set())
        except Exception as error:
            raise ClusterError(f"{LOST} ({error})") from error
        while not done.wait(TICK):
            if self._stopping.is_set() or self._without > self._patience:
                raise ClusterError(EMPTY.format(self._patience))
        try:
            return bytes(sent.result())
        except (KilledWorker, AutograderError, RuntimeError):
            raise
        except CancelledByDask as error:
            raise ClusterError(LOST) from error
        except ImportError as error:
            raise _missing_package(error) from error
        except Exception as error:
            raise RuntimeError(f"Dask: {public_name(type(error))}: {error}") from error


def _connect(address: str, patience: float) -> Client:
    """Return a client of the scheduler that has this address or has written this file."""
    # We report ourselves what happens to the connection, without Dask's tracebacks.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    address = address if "://" in address else _written_in(Path(address))
    try:
        return Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"No Dask scheduler answers at {address} ({error}).") from error


def _written_in(path: Path) -> str:
    """Return the address that a scheduler has written in a file."""
    try:
        return decode.from_json(path.read_bytes(), _SchedulerFile).address
    except OSError as error:
        what = f"There is no scheduler file {path}; an address begins with tcp://."
        raise UsageError(what) from error
    except ValueError as error:
        raise UsageError(f"{path} is no file of a Dask scheduler: {error}.") from error


def _missing_package(error: ImportError) -> ClusterError:
    """Return the error for a worker that could not even read its task."""
    return ClusterError(f"A worker has not the {DISTRIBUTION} that this machine has: {error}.")
