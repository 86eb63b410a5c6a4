"""The process that bubblewrap starts: runs one notebook after the other, each apart.

``python -m autograder.sandbox.fork_server --line=N`` is sent a socket for each job, on its
descriptor ``N``, and hands it on to a fork without ever reading from it: whatever it had read would
lie in the memory of every later fork. The fork makes a scratch space of its own, forks the kernel
among processes of its own, and only then reads the job. What a student leaves behind ends there,
and the next student's notebook sees nothing of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import importlib
import io
import itertools
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder import datasets
from autograder.core import quick_start  # noqa: F401  takes effect when it is imported
from autograder.core.config import Settings
from autograder.core.errors import DatasetError
from autograder.core.ipc import Line, inherited_line, pair
from autograder.core.training import (
    MAX_DESCRIPTION,
    MAX_REQUESTS,
    MAX_TRAINING_SECONDS,
    TRAINER_VARIABLE,
    Training,
)
from autograder.datasets import Images
from autograder.reports import html
from autograder.sandbox import keyring, namespaces, seccomp, self_test
from autograder.sandbox.kernel_manager import ForkedKernel, run_kernel, write_connection
from autograder.sandbox.libc import SET_DUMPABLE, SET_SUBREAPER, set_process
from autograder.sandbox.protocol import (
    End,
    Ended,
    Job,
    Ready,
    Send,
    Started,
    TrainingAnswer,
    TrainingRequest,
)
from autograder.sandbox.workspace import CORE, DATA, LINE, TRAINER, WORKSPACE, Workspace

# What every notebook of the lessons imports, and what runs it.
LOADED = (
    *("tensorflow", "keras", "numpy.random", "matplotlib.backends.backend_agg"),
    *("matplotlib.pyplot", "contourpy"),
    *("PIL.PngImagePlugin", "PIL.features"),
    *("ipykernel.kernelapp", "ipykernel.debugger", "IPython.core.oinspect", "IPython.core.logger"),
    *("IPython.extensions.storemagic", "IPython.core.completerlib", "tornado.platform.asyncio"),
    *(
        "tornado.queues",
        "nbclient",
        "autograder.kernel.check_session",
        "autograder.kernel.recorder",
    ),
)


# Bytes for one training.
MAX_MEMORY = 4 * 2**30


def main(argv: Sequence[str] | None = None) -> int:
    """Run jobs until there are no more."""
    given = sys.argv[1:] if argv is None else argv
    set_process(SET_DUMPABLE, 0)
    (number,) = (int(word.removeprefix(LINE)) for word in given if word.startswith(LINE))
    control = inherited_line(number)
    if cores := {int(word.removeprefix(CORE)) for word in given if word.startswith(CORE)}:
        os.sched_setaffinity(0, cores)
    if os.getuid() == 0:
        namespaces.become_nobody()
    keyring.join_new()
    self_test.run(given)
    is_filtered = _filter()
    warm = "--cold" not in given
    if warm:
        if TRAINER in given:
            _load_trainer()
        else:
            _load()
        # These objects stay: no fork scans them again, which would copy their memory.
        gc.collect()
        gc.freeze()
        if not _may_be_forked():
            os.set_inheritable(number, True)
            os.execv(sys.executable, [*sys.orig_argv, "--cold"])  # noqa: S606  start again
    # Whatever a run leaves becomes our child, so that we can wait for its end.
    set_process(SET_SUBREAPER, 1)
    ready = Ready(warm=warm, is_filtered=is_filtered)
    control.send(ready)
    if TRAINER in given:
        return _be_trainer(control)
    while end := control.take_over():
        _serve(end, is_filtered=is_filtered)
        control.send(ready)
    return 0


def _filter() -> bool:
    """Filter our own system calls; return whether that can be done here."""
    if why := seccomp.available():
        sys.stderr.write(f"system calls are not filtered: {why}\n")
        return False
    seccomp.load(seccomp.SANDBOX)
    self_test.run_filtered()
    return True


def _serve(end: socket.socket, *, is_filtered: bool) -> None:
    """Run one job in a fork, and wait until nothing of it is left."""
    run = functools.partial(_run, end, is_filtered=is_filtered)
    child = namespaces.fork(run, keep=[end.fileno()])
    end.close()
    _, status = os.waitpid(child, 0)
    if status:
        code = os.waitstatus_to_exitcode(status)
        sys.stderr.write(f"the process of the run ended with {code}\n")
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _be_trainer(control: Line) -> int:
    """Do trainings instead of jobs, each in a fork; no student's code is ever run here."""
    # Several are done at a time, and nobody waits for any of them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    cores = itertools.cycle(sorted(os.sched_getaffinity(0)))
    while end := control.take_over():
        namespaces.fork(functools.partial(_train, end, next(cores)), keep=[end.fileno()])
        end.close()
    return 0


def _train(end: socket.socket, core: int) -> int:
    from autograder.kernel.recorder import plain_fit  # noqa: PLC0415  it loads TensorFlow

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.sched_setaffinity(0, {core})
    # A student's code may describe anything.
    signal.alarm(MAX_TRAINING_SECONDS)
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    with Line(end) as line:
        training = line.receive(Training, MAX_DESCRIPTION)
        (dataset,) = (one for one in datasets.known() if one.name == training.dataset)
        line.send(plain_fit.train(training, dataset.read(DATA / dataset.name)))
    return 0


def _load() -> None:
    for name in LOADED:
        importlib.import_module(name)
    _draw()
    # The first card takes a tenth of a second more than all others: it loads Jinja2.
    html.notice("")
    # Not before: it loads TensorFlow.
    from autograder.kernel.recorder.data_matching import dataset_index  # noqa: PLC0415

    # The recorder compares with them what a model is given. Where there are none, it says so.
    for images in _images():
        dataset_index(images).build()


def _load_trainer() -> None:
    """Load what trains, and the images."""
    importlib.import_module("autograder.kernel.recorder.plain_fit")
    # Read once, they are not read again in a fork.
    list(_images())


def _images() -> Iterator[Images]:
    for dataset in datasets.known():
        with contextlib.suppress(DatasetError):
            yield dataset.read(DATA / dataset.name)


def _draw() -> None:
    """Let matplotlib find its fonts, which takes longer than most pictures."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure()
    axes = figure.add_subplot(title="title", xlabel="x", ylabel="y")
    figure.colorbar(axes.imshow([[0, 1]]))
    figure.savefig(io.BytesIO())


def _may_be_forked() -> bool:
    """Return whether this process has a single thread, as it has until TensorFlow has worked.

    A fork takes along no other thread, but every lock that one of them held.
    """
    return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1


def _run(end: socket.socket, *, is_filtered: bool) -> int:
    with Line(end) as line:
        try:
            settings = line.receive(Settings)
            keyring.join_new()
            namespaces.own_scratch(WORKSPACE, settings.scratch_mb)
            workspace = Workspace(WORKSPACE)
            workspace.make_folders()
            connection = write_connection(WORKSPACE / "sockets")
            waiting, gate = os.pipe()
            ends = pair() if settings.replay else ()
            kernel = namespaces.fork_apart(
                settings,
                lambda: _be_kernel(workspace, connection, waiting, *ends[1:]),
                keep=[waiting, *(one.fileno() for one in ends[1:])],
                is_filtered=is_filtered,
            )
            os.close(waiting)
            # Not before the kernel was forked: it would have a copy.
            job = line.receive(Job)
            line.send(Started(digest=job.digest))
            workspace.fill(job, link=True)
            os.close(gate)
            if ends:
                ends[1].close()
                threading.Thread(target=_pass_on, args=(Line(ends[0]), line), daemon=True).start()
            how = _follow(job, workspace, ForkedKernel(kernel, connection), line.send)
            line.send(Ended(end=how))
        except Exception:  # noqa: BLE001  reported to the grader, whatever it is
            line.send(Ended(end=End.BROKEN, message=traceback.format_exc()))
    return 0


def _follow(job: Job, workspace: Workspace, kernel: ForkedKernel, send: Send) -> End:
    # Imported only after the fork: it begins threads.
    from autograder.sandbox import execute  # noqa: PLC0415

    return asyncio.run(execute.run(job, workspace, kernel, send))


def _pass_on(kernel: Line, grader: Line) -> None:
    """Pass on what the kernel asks the trainer, one request at a time, and the answers."""
    with contextlib.suppress(OSError, ValueError), kernel:
        for _ in range(MAX_REQUESTS):
            description = kernel.receive(bytes, MAX_DESCRIPTION)
            if description is None:
                return
            grader.send(TrainingRequest(description=description))
            answer = grader.receive(TrainingAnswer)
            if answer is None:
                return
            kernel.send(answer.trained)


def _be_kernel(
    workspace: Workspace, connection: Path, waiting: int, trainer: socket.socket | None = None
) -> None:
    # Until the files are there: it must not depend on chance which of them a kernel finds.
    os.read(waiting, 1)
    os.close(waiting)
    if trainer:
        os.environ[TRAINER_VARIABLE] = str(trainer.fileno())
    os.chdir(workspace.work)
    run_kernel(connection)


if __name__ == "__main__":
    sys.exit(main())
