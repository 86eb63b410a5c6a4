"""A Dask cluster of this machine's own, for tests: a scheduler and workers as processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from distributed import Client

from support.processes import wait_until

PATIENCE = 90
COLD = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "warning", "OMP_NUM_THREADS": "1"}


class Cluster:
    """A scheduler on 127.0.0.1, and what is started of workers."""

    def __init__(self, folder: Path, *, keras_home: Path | None = None) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        # Without images of their own, unless some are given.
        home = keras_home or folder / "no-keras"
        self._environment = {
            **os.environ,
            **COLD,
            "KERAS_HOME": str(home),
            "XDG_CACHE_HOME": str(folder / "no-cache"),
        }
        self.scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(self.file),
        )  # fmt: skip
        wait_until(self.file.exists)
        self.client = Client(scheduler_file=str(self.file), set_as_default=False)

    def add(self, *more: str, number: int = 1) -> None:
        """Start workers of one thread each, and wait for them."""
        there = len(self.client.nthreads())
        self._start(
            "dask_worker", "--scheduler-file", str(self.file), "--nthreads", "1",
            "--nworkers", str(number), "--no-dashboard", "--host", "127.0.0.1",
            "--local-directory", str(self.folder), *more,
        )  # fmt: skip
        self.client.wait_for_workers(there + number, timeout=PATIENCE)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
                env=self._environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process

    def taken_up(self) -> list[str]:
        """The workers that have begun a job, in this order."""
        topics = self.client.get_events() or {}
        events = [one for name, found in topics.items() if "autograder-" in name for one in found]
        return [address for _, address in sorted(events)]

    def pid(self, address: str) -> int | None:
        """The process of a worker."""
        return self.client.run(os.getpid, workers=[address], on_error="ignore").get(address)

    def kill_whoever_takes_up(self, count: int) -> None:
        """Kill the workers that take up the next jobs, one after the other."""
        for number in range(count):
            wait_until(lambda number=number: len(self.taken_up()) > number)
            pid = self.pid(self.taken_up()[number])
            assert pid is not None
            # Some way into the run.
            time.sleep(1)
            psutil.Process(pid).kill()

    def family(self) -> list[psutil.Process]:
        """All processes that the workers have started, sandboxes and kernels among them."""
        workers = [one for one in self._processes if one is not self.scheduler]
        return [
            child
            for one in workers
            if one.poll() is None
            for child in psutil.Process(one.pid).children(recursive=True)
        ]

    def sandboxes(self) -> list[psutil.Process]:
        """The sandboxes, and what runs in them."""
        return [
            one for one in self.family() if "bwrap" in output(one) or "autograder" in output(one)
        ]

    def close(self) -> None:
        """End all that was started here."""
        family = self.family()
        self.client.close(timeout=2)
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        _, alive = psutil.wait_procs(family, timeout=10)
        for one in alive:
            one.kill()
        assert not alive


def output(process: psutil.Process) -> str:
    """The command line of a process."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def names(processes: Sequence[psutil.Process]) -> list[str]:
    """The command lines of processes, to be shown where a test fails."""
    return [output(one) for one in processes]
