"""Runs made side by side: one process a core, each with its share of the tasks."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence

import msgspec

from autograder.authoring.calibration.run_log import CalibrationRun, Task
from autograder.core.errors import StudyError

# More threads than one for arithmetic this small only stand in each other's way.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def made(lesson: str, tasks: Sequence[Task], workers: int) -> Iterator[CalibrationRun]:
    """Make runs, ``workers`` at a time; each as it is ready.

    Raises:
        StudyError: a worker ended before its tasks were done.
    """
    ready: queue.Queue[bytes | subprocess.Popen[bytes]] = queue.Queue()
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(_started(lesson, tasks[first::workers])) for first in range(workers)
        ]
        for process in processes:
            threading.Thread(target=_read, args=(process, ready), daemon=True).start()
        for _ in range(len(tasks) + workers):
            message = ready.get()
            if isinstance(message, bytes):
                yield msgspec.json.decode(message, type=CalibrationRun)
            elif message.wait():
                raise StudyError(
                    f"A worker of the study ended with exit code {message.returncode}."
                )


@contextlib.contextmanager
def _started(lesson: str, tasks: Sequence[Task]) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process that works on these tasks and is killed at the end of the context."""
    with subprocess.Popen(
        [sys.executable, "-m", "autograder.authoring.calibration.worker", lesson],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
        # Ctrl-C at a terminal is for us; we end our processes ourselves.
        start_new_session=True,
    ) as process:
        try:
            assert process.stdin
            # A process that ended at once is reported by its exit code.
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write(msgspec.json.encode(tasks))
            yield process
        finally:
            process.kill()


def _read(
    process: subprocess.Popen[bytes], ready: queue.Queue[bytes | subprocess.Popen[bytes]]
) -> None:
    assert process.stdout
    for line in process.stdout:
        ready.put(line)
    ready.put(process)
