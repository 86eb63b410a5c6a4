"""A process that the fork server has forked: runs one notebook after the other, each apart.

It is sent a socket for each job, and hands it on to a fork without ever reading from it: whatever
it had read would lie in the memory of every later fork. The fork makes a scratch space of its own,
forks the kernel among processes of its own, and only then reads the job. What a student leaves
behind ends there, and the next student's notebook sees nothing of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from autograder import datasets
from autograder.core.config import Settings
from autograder.core.ipc import Line, pair
from autograder.core.process_limits import limit_memory
from autograder.core.training import (
    MAX_DESCRIPTION,
    MAX_REQUESTS,
    MAX_TRAINING_SECONDS,
    TRAINER_VARIABLE,
    Training,
)
from autograder.sandbox import keyring, namespaces
from autograder.sandbox.kernel_manager import ForkedKernel, run_kernel, write_connection
from autograder.sandbox.libc import SET_SUBREAPER, set_process
from autograder.sandbox.protocol import (
    End,
    Ended,
    Job,
    Ready,
    Send,
    Start,
    Started,
    TrainingAnswer,
    TrainingRequest,
)
from autograder.sandbox.workspace import DATA, WORKSPACE, Workspace

# Bytes for one training.
MAX_MEMORY = 4 * 2**30


def work(end: socket.socket, ready: Ready) -> int:
    """Take jobs, or a training, from the grader at the other end of a line, until there are none.

    Here a training is all that is ever done: no student's code runs in the process of one.
    """
    # Whatever a run leaves becomes our child, so that we can wait for its end.
    set_process(SET_SUBREAPER, 1)
    # Never closed here: our parent has something to say on it after our end.
    line = Line(end)
    line.show_process()
    start = line.receive(Start)
    if start is None:
        return 0
    if start.core is not None:
        os.sched_setaffinity(0, {start.core})
    line.send(ready)
    while job := line.take_over():
        if start.trains:
            return _train(job)
        _serve(job, is_filtered=ready.is_filtered)
        line.send(ready)
    return 0


def _serve(end: socket.socket, *, is_filtered: bool) -> None:
    """Run one job in a fork, and wait until nothing of it is left."""
    run = functools.partial(_run, end, is_filtered=is_filtered)
    child = namespaces.fork(run, keep=[end.fileno()])
    end.close()
    _, status = os.waitpid(child, 0)
    if status:
        code = os.waitstatus_to_exitcode(status)
        sys.stderr.write(f"the process of the run ended with {code}\n")
    namespaces.wait_for_all()


def _train(end: socket.socket) -> int:
    from autograder.kernel.recorder import training_replay  # noqa: PLC0415  loads TensorFlow

    # A student's code may describe anything.
    signal.alarm(MAX_TRAINING_SECONDS)
    limit_memory(MAX_MEMORY)
    with Line(end) as line:
        training = line.receive(Training, MAX_DESCRIPTION)
        (dataset,) = (one for one in datasets.known() if one.name == training.dataset)
        line.send(training_replay.train(training, dataset.read(DATA / dataset.name)))
    return 0


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
