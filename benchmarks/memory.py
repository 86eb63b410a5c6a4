"""How much memory grading takes: the process with TensorFlow, a worker, and a submission in it.

    python benchmarks/memory.py

Runs the right solution in each of two workers at once, on the full data, and looks at the
proportional set size (PSS: what several processes share, counted once) of all processes.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence

import classes
import psutil

from autograder.core.config import Settings
from autograder.datasets.fashion_mnist import DATASET
from autograder.sandbox import job_runner
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.resource_usage import tree, used

WORKERS = 2


def main() -> int:
    """Measure and print the table."""
    lent = SandboxPool(settings=Settings(), data_home=DATASET.active_home())
    job, _ = job_runner.prepare(classes.solution(), lent.settings)
    try:
        with lent.lend(threading.Event()):
            one = memory_now()
        with lent.lend(threading.Event()), lent.lend(threading.Event()):
            two = memory_now()
        busy = peak([lambda: job_runner.run(job, lent)] * WORKERS)
    finally:
        lent.close()
    print("| | MiB, PSS |")
    print("| --- | ---: |")
    print(f"| the process that has TensorFlow loaded, and a worker that waits | {one:.0f} |")
    print(f"| another worker | {two - one:.0f} |")
    print(f"| a submission in it, at its most | {(busy - two) / WORKERS:.0f} |")
    print(f"| {WORKERS} workers together, at their most | {busy:.0f} |")
    return 0


def peak(jobs: Sequence[Callable[[], object]]) -> float:
    """Return the most memory of all processes during the jobs, in MiB."""
    most = 0.0
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, memory_now())
        time.sleep(0.1)
    return most


def memory_now() -> float:
    """Return the memory of all child processes, in MiB."""
    return sum(used(tree(child)) for child in psutil.Process().children()) / 2**20


if __name__ == "__main__":
    sys.exit(main())
