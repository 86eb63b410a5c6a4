"""The process that runs one notebook where there is no isolation. Our code, but not trusted to end.

``python -m autograder.execution.worker FOLDER PID`` reads a job from its standard input, runs it in
``FOLDER`` and tells of it on its standard output, for the grader whose process is ``PID``.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from autograder.execution import work
from autograder.execution.ending import end
from autograder.execution.job import End, Ended, Job
from autograder.execution.kernels import OwnKernelManager
from autograder.execution.place import Place
from autograder.execution.syscalls import SET_DEATH_SIGNAL, SET_SUBREAPER, set_process
from autograder.messages import own_streams, receive, send


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job that is handed over."""
    folder, grader = argv or sys.argv[1:]
    inbox, outbox = own_streams()
    _tie_to_family()
    if os.getppid() != int(grader):
        # It died before we were tied to it.
        return 0
    job = receive(inbox, Job)
    tell = functools.partial(send, outbox)
    place = Place(Path(folder))
    try:
        place.lay_out(job, link=False)
        how = asyncio.run(work.run(job, place, OwnKernelManager(), tell))
    except work.AskedToEnd:
        how = End.ASKED_TO
    finally:
        # As long as we live, orphans are our children; afterwards nobody could tell them.
        end(lambda: psutil.Process().children(recursive=True))
    tell(Ended(end=how))
    return 0


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
