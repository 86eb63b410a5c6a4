"""The process that runs one notebook in a kernel of its own. Our code, but not trusted to end.

``python -m autograder.execution.worker FOLDER PID`` runs ``FOLDER/notebook.ipynb`` and writes what
happened after each cell to ``FOLDER/ran``, so that nothing is lost when it is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import nbformat
import psutil
from nbclient.exceptions import DeadKernelError

from autograder.evidence import write_whole
from autograder.execution.client import Client
from autograder.execution.ending import end
from autograder.execution.job import End, Job, Ran

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job in the folder named for the process named; how it ended, as an ``End``."""
    room, grader = argv or sys.argv[1:]
    folder = Path(room)
    (folder / "ran").mkdir()
    _tie_to_family()
    if os.getppid() != int(grader):
        # It died before we were tied to it.
        return End.REACHED
    try:
        return asyncio.run(_run(folder))
    except _StoppedError:
        return End.ASKED_TO
    finally:
        # As long as we live, orphans are our children; afterwards nobody could tell them.
        end(lambda: psutil.Process().children(recursive=True))


async def _run(folder: Path) -> End:
    job = msgspec.json.decode((folder / "job.json").read_bytes(), type=Job)
    notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(job.prelude))
    client = Client(notebook, job)
    # Otherwise nbclient leaves a kernel alone whose manager it was given.
    async with client.async_setup_kernel(cleanup_kc=True):
        # nbclient has set a handler of its own, which ends the kernel under our hands.
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, _stop)
        if (await client.run(0)).status != "ok":
            raise RuntimeError(f"The preparation failed: {notebook.cells[0].outputs}")
        return await _run_cells(client, folder / "ran")


async def _run_cells(client: Client, ran: Path) -> End:
    """Run all but the first cell, which was ours."""
    for index, cell in enumerate(client.nb.cells[1:]):
        if cell.cell_type != "code":
            continue
        path = ran / f"{index}.json"
        write_whole(path, msgspec.json.encode(Ran(status="running")))
        try:
            done = await client.run(index + 1)
        except DeadKernelError:
            return End.KERNEL_DIED
        write_whole(path, msgspec.json.encode(done))
        if done.status == "timeout" and not await client.answers():
            return End.KERNEL_STUCK
    return End.REACHED


class _StoppedError(SystemExit):
    """Somebody asked this process to end. asyncio lets a SystemExit through at once."""


def _stop(*_: object) -> None:
    raise _StoppedError


def _tie_to_family() -> None:
    """End when the grader dies, and become the parent of whatever the kernel leaves behind."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            prctl = ctypes.CDLL(None).prctl
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


if __name__ == "__main__":
    # Without what Python does at its end: a thread of the kernel's client could wait for ever.
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
