"""The process that bubblewrap starts: runs one notebook after the other, each apart.

``python -m autograder.execution.room`` reads jobs from its standard input and tells of them on its
standard output. Each job is run in a fork with a scratch space of its own, and its kernel in a
fork of that fork, among processes of its own: what a student leaves behind ends there, and the
next student's notebook sees nothing of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from autograder import dataset
from autograder.errors import DatasetError
from autograder.execution import namespaces, selftest
from autograder.execution.job import End, Ended, Job, Ready, Tell
from autograder.execution.kernels import ForkedKernel, run_kernel, write_connection
from autograder.execution.place import CORE, DATA, ROOM, Place
from autograder.messages import own_streams, receive, send

# What every notebook of ours imports, and what runs it.
LOADED = (
    *("tensorflow", "keras", "numpy.random", "matplotlib.backends.backend_agg"),
    *("matplotlib.pyplot", "contourpy"),
    *("PIL.PngImagePlugin", "PIL.features"),
    *("ipykernel.kernelapp", "ipykernel.debugger", "IPython.core.oinspect", "IPython.core.logger"),
    *("IPython.extensions.storemagic", "IPython.core.completerlib", "tornado.platform.asyncio"),
    *("tornado.queues", "nbclient", "autograder.notebook.desk", "autograder.recorder"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run jobs until there are no more."""
    given = sys.argv[1:] if argv is None else argv
    warm = "--cold" not in given
    inbox, outbox = own_streams()
    if cores := {int(word.removeprefix(CORE)) for word in given if word.startswith(CORE)}:
        os.sched_setaffinity(0, cores)
    if os.getuid() == 0:
        namespaces.become_nobody()
    selftest.run(given)
    if warm:
        _load()
        if not _may_be_forked():
            os.dup2(inbox.fileno(), 0)
            os.dup2(outbox.fileno(), 1)
            os.execv(sys.executable, [*sys.orig_argv, "--cold"])  # noqa: S606  afresh
    send(outbox, Ready(warm=warm))
    while job := receive(inbox, Job):
        child = namespaces.fork(functools.partial(_run, job, outbox))
        _, status = os.waitpid(child, 0)
        if status:
            code = os.waitstatus_to_exitcode(status)
            send(outbox, Ended(end=End.BROKEN, said=f"the process of the run ended with {code}"))
    return 0


def _load() -> None:
    for name in LOADED:
        importlib.import_module(name)
    _draw()
    # Not before: it loads TensorFlow.
    from autograder.recorder.fingerprint import cardbox  # noqa: PLC0415

    # The recorder compares with them what a model is given. Where there are none, it says so.
    with contextlib.suppress(DatasetError):
        cardbox(dataset.read(DATA)).sort()
    # What is here stays: no fork has to look through it again, nor copy it because it did.
    gc.collect()
    gc.freeze()


def _draw() -> None:
    """Let matplotlib find its fonts, which takes longer than most pictures."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure()
    axes = figure.add_subplot(title="title", xlabel="x", ylabel="y")
    figure.colorbar(axes.imshow([[0, 1]]))
    figure.savefig(io.BytesIO())


def _may_be_forked() -> bool:
    """Whether this is a single thread, as it is until TensorFlow has worked.

    A fork takes along no other thread, but every lock that one of them held.
    """
    return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1


def _run(job: Job, outbox: IO[bytes]) -> int:
    tell = functools.partial(send, outbox)
    try:
        namespaces.own_scratch(ROOM, job.settings.scratch_mb)
        place = Place(ROOM)
        place.lay_out(job, link=True)
        connection = write_connection(ROOM / "sockets")
        pid = namespaces.fork_apart(job.settings, lambda: _be_kernel(place, connection))
        tell(Ended(end=_follow(job, place, ForkedKernel(pid, connection), tell)))
    except Exception:  # noqa: BLE001  told to the grader, whatever it is
        tell(Ended(end=End.BROKEN, said=traceback.format_exc()))
    return 0


def _follow(job: Job, place: Place, kernel: ForkedKernel, tell: Tell) -> End:
    # Imported only after the fork: it begins threads.
    from autograder.execution import work  # noqa: PLC0415

    return asyncio.run(work.run(job, place, kernel, tell))


def _be_kernel(place: Place, connection: Path) -> None:
    os.chdir(place.work)
    run_kernel(connection)


if __name__ == "__main__":
    sys.exit(main())
