"""Runs the cells of a notebook one by one, and reports each at once, so that nothing is lost."""

from __future__ import annotations

import asyncio
import signal
import traceback

import msgspec
import nbformat
from nbclient.exceptions import DeadKernelError

from autograder.sandbox.evidence_reader import EvidenceReader
from autograder.sandbox.notebook_client import Client, Kernel
from autograder.sandbox.protocol import CellFinished, CellResult, CellStarted, End, Job, Send
from autograder.sandbox.workspace import Workspace


class TerminationRequestedError(SystemExit):
    """A request to end this process. asyncio lets a SystemExit through at once."""


async def run(job: Job, workspace: Workspace, kernel: Kernel, send: Send) -> End:
    """Run the job in a kernel, and return how it ended."""
    cells = [nbformat.v4.new_code_cell(source) for source in (job.prelude, *job.cells)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = Client(notebook, job.settings, kernel, str(workspace.work))
    reader = EvidenceReader(workspace.evidence, job.settings.evidence_mb * 2**20)
    # Otherwise nbclient does not clean up a kernel whose manager was passed to it.
    async with client.async_setup_kernel(cleanup_kc=True):
        # nbclient has set a handler of its own, which ends the kernel while we use it.
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, _stop)
        if (await client.run(0)).status != "ok":
            raise RuntimeError(f"The preparation failed: {notebook.cells[0].outputs}")
        return await _run_cells(client, job, reader, send)


async def _run_cells(client: Client, job: Job, reader: EvidenceReader, send: Send) -> End:
    """Run all but the first cell, which is the prelude."""
    for index in range(len(job.cells)):
        send(CellStarted(index=index))
        try:
            ran = await _run_cell(client, job, index, send)
        except DeadKernelError:
            return End.KERNEL_DIED
        # Code in the kernel can make it send anything, and nbclient stumble over anything.
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            return End.GARBLED
        finally:
            if update := reader.update():
                send(update)
        send(CellFinished(index=index, ran=ran))
        if ran.status == "timeout" and not await client.answers():
            return End.KERNEL_STUCK
    return End.REACHED


async def _run_cell(client: Client, job: Job, index: int, send: Send) -> CellResult:
    """Run a cell, or the solution in its place."""
    solution = job.solutions.get(index)
    if solution is None:
        return await client.run(index + 1)
    if index not in job.unusable:
        ran = await client.run(index + 1)
        if ran.status != "error":
            return ran
    # Before it runs: it may never come to its end.
    send(CellStarted(index=index, replaced=True))
    client.nb.cells[index + 1] = nbformat.v4.new_code_cell(solution)
    return msgspec.structs.replace(await client.run(index + 1), replaced=True)


def _stop(*_: object) -> None:
    raise TerminationRequestedError
