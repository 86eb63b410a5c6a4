"""The process that bubblewrap starts: it loads TensorFlow once, and forks the workers.

``python -m autograder.sandbox.fork_server --line=N`` is sent the end of a line for each worker, on
its descriptor ``N``. It never reads from one, and runs nothing of a student's: whatever it had in
its memory, every later worker would have too.
"""

from __future__ import annotations

import functools
import gc
import importlib
import io
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from autograder import datasets
from autograder.core import blocked_imports  # noqa: F401  takes effect when it is imported
from autograder.core.errors import DatasetError
from autograder.core.ipc import Line, inherited_line
from autograder.datasets import Images
from autograder.reports import html
from autograder.sandbox import keyring, namespaces, privileges, seccomp, self_test, worker
from autograder.sandbox.libc import SET_DUMPABLE, SET_SUBREAPER, set_process
from autograder.sandbox.protocol import Ready, WorkerEnded
from autograder.sandbox.workspace import DATA, LINE

# What every notebook of the lessons imports, what runs it, and what trains.
LOADED = (
    *("tensorflow", "tensorflow.python.data.ops.range_op", "keras", "numpy.random"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "contourpy"),
    *("matplotlib_inline.backend_inline", "PIL.PngImagePlugin", "PIL.features"),
    *("ipykernel.kernelapp", "ipykernel.debugger", "IPython.core.oinspect", "IPython.core.logger"),
    *("IPython.core.magics.execution", "IPython.core.pylabtools", "IPython.core.completerlib"),
    *("IPython.extensions.storemagic", "tornado.platform.asyncio", "tornado.queues", "nbclient"),
    *("autograder.notebook", "autograder.kernel.check_session", "autograder.kernel.figure_digest"),
    *("autograder.kernel.ipykernel_app", "autograder.kernel.recorder"),
    "autograder.kernel.recorder.training_replay",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Fork a worker for each line, until no more are sent."""
    given = sys.argv[1:] if argv is None else argv
    set_process(SET_DUMPABLE, 0)
    (number,) = (int(word.removeprefix(LINE)) for word in given if word.startswith(LINE))
    grader = inherited_line(number)
    if os.getuid() == 0:
        namespaces.mount_processes()
        privileges.become_nobody()
    keyring.join_new()
    self_test.run(given)
    ready = Ready(is_filtered=_filter(), warm="--cold" not in given)
    if ready.warm:
        # All of it stays. To look for garbage in it takes a fifth of the time; and no fork is to
        # look again, which would copy its memory.
        gc.disable()
        _load()
        gc.freeze()
        gc.enable()
        if not _may_be_forked():
            os.set_inheritable(number, True)
            os.execv(sys.executable, [*sys.orig_argv, "--cold"])  # noqa: S606  start again
    # Nobody here waits for the end of a worker.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Another grader on this machine should hardly ever begin with the same.
    first = secrets.randbelow(len(privileges.USERS))
    for number, end in enumerate(iter(grader.take_over, None), first):
        namespaces.fork(functools.partial(_guard, end, ready, number), keep=[end.fileno()])
        end.close()
    return 0


def _guard(end: socket.socket, ready: Ready, number: int) -> int:
    """Fork a worker, and say how it ended, once nothing of what it has started is left."""
    privileges.become_own_user(number)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # What outlives the worker, if only for a moment, becomes our child.
    set_process(SET_SUBREAPER, 1)
    child = namespaces.fork(functools.partial(worker.work, end, ready), keep=[end.fileno()])
    _, status = os.waitpid(child, 0)
    namespaces.wait_for_all()
    with suppress(OSError), Line(end) as line:
        line.send(WorkerEnded(code=os.waitstatus_to_exitcode(status)))
    return 0


def _filter() -> bool:
    """Filter our own system calls; return whether that can be done here."""
    if why := seccomp.available():
        sys.stderr.write(f"system calls are not filtered: {why}\n")
        return False
    seccomp.load(seccomp.SANDBOX)
    self_test.run_filtered()
    return True


def _load() -> None:
    for name in LOADED:
        importlib.import_module(name)
    # The first of each takes a tenth of a second more than all others.
    _draw()
    html.notice("")
    # Not before: these load nbformat and TensorFlow.
    from nbformat.v4 import new_code_cell  # noqa: PLC0415

    from autograder.kernel.recorder.data_matching import dataset_index  # noqa: PLC0415
    from autograder.kernel.recorder.originals import keras_as_loaded  # noqa: PLC0415

    new_code_cell("")
    # Last of what loads: each kernel compares its Keras with it.
    keras_as_loaded()
    # The recorder compares with them what a model is given. Where there are none, it says so.
    for images in _images():
        dataset_index(images).build()


def _images() -> Iterator[Images]:
    for dataset in datasets.known():
        with suppress(DatasetError):
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


if __name__ == "__main__":
    sys.exit(main())
