"""Starts the process that runs a notebook, waits for it, and ends all that it leaves behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from autograder.course import Settings
from autograder.evidence import EVIDENCE_VARIABLE
from autograder.execution.ending import end
from autograder.execution.job import End

# What a kernel may know of the environment: where programs are, the language, the GPU's drivers.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
PASSED_ON_BEGIN = ("CUDA_", "NVIDIA_", "XLA_")


@dataclass(frozen=True)
class Stopped:
    """Why a run stopped before the end, and how the cell ended that ran just then."""

    why: str
    cell: Literal["timeout", "error"] = "error"


class CancelledError(Exception):
    """The person who was grading wants to stop; nothing of this run counts."""


def run(room: Path, settings: Settings, cancel: threading.Event | None = None) -> Stopped | None:
    """Run the job in ``room``; why it stopped before the end, ``None`` where it did not.

    Raises:
        RuntimeError: it could not be run, and the notebook is not to blame.
        CancelledError: ``cancel`` was set meanwhile.
    """
    log = room / "worker.log"
    with log.open("wb") as said, _started(room, said.fileno()) as worker:
        code = _wait(worker, settings.seconds, cancel or threading.Event())
    if code is None:
        limit = f"the time limit of {settings.seconds} s"
        return Stopped(f"the notebook was stopped at {limit}", "timeout")
    if code == End.REACHED:
        return None
    if code == End.KERNEL_DIED:
        return Stopped("the kernel died: a cell ended Python itself, or memory ran out")
    if code == End.KERNEL_STUCK:
        limit = f"the time limit of {settings.cell_seconds} s"
        return Stopped(f"a cell was stopped at {limit}, and the kernel did not come back from it")
    if code == End.ASKED_TO:
        return Stopped("the run was ended from outside")
    if code < 0:
        return Stopped(f"the run was ended from outside by {signal.Signals(-code).name}")
    said_last = log.read_text(errors="replace")[-4000:]
    raise RuntimeError(f"The notebook could not be run:\n{said_last}")


def _wait(worker: subprocess.Popen[bytes], seconds: float, cancel: threading.Event) -> int | None:
    """The worker's exit code, ``None`` when its time is up."""
    end_of_time = time.monotonic() + seconds
    while not cancel.is_set():
        left = end_of_time - time.monotonic()
        if left <= 0:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return worker.wait(timeout=min(left, 0.5))
    raise CancelledError


def environment(room: Path) -> dict[str, str]:
    """The environment of the process, with nothing of ours that is not needed."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_BEGIN)
    }
    home = str(room / "home")
    return passed | {
        "HOME": home,
        "TMPDIR": home,
        "IPYTHONDIR": f"{home}/ipython",
        "JUPYTER_CONFIG_DIR": f"{home}/jupyter",
        "JUPYTER_RUNTIME_DIR": f"{home}/runtime",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "KERAS_HOME": f"{home}/keras",
        EVIDENCE_VARIABLE: str(room / "evidence"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # On a machine without a GPU TensorFlow reports an error where there is none.
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Ten neurons do not fill a core; several submissions side by side do.
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


@contextlib.contextmanager
def _started(room: Path, log: int) -> Iterator[subprocess.Popen[bytes]]:
    """The worker, with everything that it started ended at the end."""
    worker = subprocess.Popen(
        # -P: a file beside the caller, such as numpy.py, must not be imported.
        [
            *(sys.executable, "-P", "-m", "autograder.execution.worker"),
            *(str(room), str(os.getpid())),
        ],
        cwd=room,
        env=environment(room),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield worker
    finally:
        _end_all(worker, room)


def _end_all(worker: subprocess.Popen[bytes], room: Path) -> None:
    end(lambda: _family(worker, room))
    worker.kill()
    worker.wait()


def _family(worker: subprocess.Popen[bytes], room: Path) -> list[psutil.Process]:
    """What descends from the worker, or has this run's environment wherever it hangs by now.

    The worker comes last: as long as it lives, it is the parent of orphans too.
    """
    found: dict[int, psutil.Process] = {}
    mark = str(room / "evidence")
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(EVIDENCE_VARIABLE) == mark and process.pid != worker.pid:
                found[process.pid] = process
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(worker.pid)
        if worker.poll() is None:
            found |= {child.pid: child for child in parent.children(recursive=True)}
    return list(found.values())
