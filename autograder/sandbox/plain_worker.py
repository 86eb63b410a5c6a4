"""The process that runs one notebook without isolation. It is not trusted to end by itself.

``python -m autograder.sandbox.plain_worker FOLDER PID --line=N`` is given a socket for a job on its
descriptor ``N``, and runs it in ``FOLDER`` for the grader whose process is ``PID``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from autograder.core import blocked_imports  # noqa: F401  takes effect when it is imported
from autograder.core.config import Settings
from autograder.core.ipc import Line, inherited_line
from autograder.sandbox import execute
from autograder.sandbox.kernel_manager import OwnKernelManager
from autograder.sandbox.libc import SET_DEATH_SIGNAL, SET_SUBREAPER, set_process
from autograder.sandbox.protocol import End, Ended, Job, Ready, Started
from autograder.sandbox.termination import end
from autograder.sandbox.workspace import LINE, Workspace


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job that is sent."""
    folder, grader, line = argv or sys.argv[1:]
    control = inherited_line(int(line.removeprefix(LINE)))
    _tie_to_family()
    if os.getppid() != int(grader):
        # It died before we were tied to it.
        return 0
    control.send(Ready(warm=False))
    job_socket = control.take_over()
    if job_socket is None:
        return 0
    with Line(job_socket) as job_line:
        _run(job_line, Workspace(Path(folder)))
    return 0


def _run(line: Line, workspace: Workspace) -> None:
    line.receive(Settings)
    job = line.receive(Job)
    line.send(Started(digest=job.digest))
    try:
        workspace.make_folders()
        workspace.fill(job, link=False)
        how = asyncio.run(execute.run(job, workspace, OwnKernelManager(), line.send))
    except execute.TerminationRequestedError:
        how = End.REQUESTED
    finally:
        # While this process lives, orphans are its children; later nobody could identify them.
        end(lambda: psutil.Process().children(recursive=True))
    line.send(Ended(end=how))


def _tie_to_family() -> None:
    """End when the grader dies, and become the parent of whatever the kernel leaves behind."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            set_process(SET_DEATH_SIGNAL, signal.SIGTERM)
            set_process(SET_SUBREAPER, 1)


if __name__ == "__main__":
    # Without what Python does at its end: a thread of the kernel's client could wait for ever.
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
