"""Ends what a notebook has started that was run without isolation."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping

import psutil

from autograder.evidence import EVIDENCE_VARIABLE
from autograder.execution.ending import end


def end_all(worker: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    """End the worker and all that descends from it, or has its environment."""
    end(lambda: _family(worker, environment[EVIDENCE_VARIABLE]))
    worker.kill()
    worker.wait()


def _family(worker: subprocess.Popen[bytes], mark: str) -> list[psutil.Process]:
    """What descends from the worker, or has this run's environment wherever it hangs by now.

    The worker comes last: as long as it lives, it is the parent of orphans too.
    """
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(EVIDENCE_VARIABLE) == mark and process.pid != worker.pid:
                found[process.pid] = process
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(worker.pid)
        if worker.poll() is None:
            found |= {child.pid: child for child in parent.children(recursive=True)}
    return list(found.values())
