"""Ends what a notebook has started that was run without isolation."""

from __future__ import annotations

import contextlib
import logging
import subprocess
from collections.abc import Iterator, Mapping

import psutil

from autograder.core.evidence import EVIDENCE_VARIABLE
from autograder.sandbox.termination import end, newest_first


def end_all(worker: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    """End the worker and all that descends from it, or has its environment.

    What cannot be ended is reported in the log of the package, which Python itself shows.
    """
    alive = end(lambda: _family(worker, environment[EVIDENCE_VARIABLE]))
    worker.kill()
    worker.wait()
    # What the worker's own end has set free.
    if alive := alive and end(lambda: _family(worker, environment[EVIDENCE_VARIABLE])):
        numbers = ", ".join(str(one.pid) for one in alive)
        logging.getLogger("autograder").warning(
            "A submission that was run without isolation starts new processes faster than they can"
            " be ended. They still run, the last ones seen: %s. End them by hand.",
            numbers,
        )


def _family(worker: subprocess.Popen[bytes], mark: str) -> Iterator[psutil.Process]:
    """Yield the worker's descendants, and processes anywhere with this run's environment.

    The worker itself is none of them: as long as it lives, it is the parent of orphans too.
    """
    lives = worker.poll() is None
    known = {0: False, worker.pid: lives}
    for process in newest_first():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != worker.pid and (
                process.environ().get(EVIDENCE_VARIABLE) == mark or _descends(process, known)
            ):
                yield process


def _descends(process: psutil.Process, known: dict[int, bool]) -> bool:
    """Return whether an ancestor is known to belong to the run; results are stored in ``known``."""
    line: list[int] = []
    pid = process.pid
    while pid not in known:
        known[pid] = False
        line.append(pid)
        pid = psutil.Process(pid).ppid()
    known.update(dict.fromkeys(line, known[pid]))
    return known[pid]
