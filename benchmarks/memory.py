"""How much memory a worker takes: the sandbox, and what a submission adds to it.

    python benchmarks/memory.py

Runs the right solution in each of two sandboxes at once, on the full data, and looks at the
proportional set size (PSS: what several processes share, counted once) of all their processes.
"""

from __future__ import annotations

import sys
import threading
import time

import classes
import nbformat
import psutil

from autograder.core.config import Settings
from autograder.datasets.fashion_mnist import DATASET
from autograder.notebooks.restore import restore
from autograder.sandbox import job_runner
from autograder.sandbox.limits import used
from autograder.sandbox.pool import SandboxPool

WORKERS = 2


def main() -> int:
    """Measure and print the table."""
    released = nbformat.read(
        classes.ROOT / "release" / classes.LESSON / f"{classes.LESSON}.ipynb", as_version=4
    )
    lent = SandboxPool(settings=Settings(), data_home=DATASET.active_home())
    job, _ = job_runner.prepare(restore(classes.make_class.notebook({}), released), lent.settings)
    try:
        idle, _ = watched(lent, [lambda: None] * WORKERS)
        _, busy = watched(lent, [lambda: job_runner.run(job, lent)] * WORKERS)
    finally:
        lent.close()
    print("| | MiB, PSS |")
    print("| --- | ---: |")
    print(f"| a sandbox that waits, TensorFlow loaded | {idle / WORKERS:.0f} |")
    print(f"| a sandbox at work, at its most | {busy / WORKERS:.0f} |")
    print(f"| so a submission adds | {(busy - idle) / WORKERS:.0f} |")
    print(f"| {WORKERS} workers together, at their most | {busy:.0f} |")
    return 0


def watched(lent: SandboxPool, jobs: list) -> tuple[float, float]:
    """Return the memory of all sandboxes when idle, and its peak during the jobs, in MiB."""
    with lent.lend(threading.Event()), lent.lend(threading.Event()):
        idle = memory_now()
    most = idle
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, memory_now())
        time.sleep(0.1)
    return idle, most


def memory_now() -> float:
    """Return the memory of all child processes, in MiB."""
    return sum(used(child)[0] for child in psutil.Process().children()) / 2**20


if __name__ == "__main__":
    sys.exit(main())
