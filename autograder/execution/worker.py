"""The process that runs one notebook in a kernel of its own. Our code, but not trusted to end.

``python -m autograder.execution.worker FOLDER`` runs ``FOLDER/notebook.ipynb`` and writes what
happened after each cell to ``FOLDER/ran``, so that nothing is lost when it is killed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.evidence import write_whole
from autograder.execution.job import Job, Ran

MOST_OUTPUT = 4 * 2**20
TIMEOUT = "CellTimeoutError"


class OwnKernelManager(AsyncKernelManager):
    """Starts this Python, whatever kernel the notebook names."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel that is ever started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        command.append("--HistoryManager.enabled=False")
        return KernelSpec(argv=command, display_name="Python", language="python")


class Client(NotebookClient):
    """Keeps what each cell did, and no more output than is good for anyone."""

    def __init__(self, notebook: NotebookNode, job: Job, folder: Path) -> None:
        super().__init__(
            notebook,
            km=OwnKernelManager(),
            timeout=job.cell_seconds,
            interrupt_on_timeout=True,
            error_on_timeout={
                "ename": TIMEOUT,
                "evalue": f"stopped after {job.cell_seconds} s",
                "traceback": [f"This cell did not end; it was stopped after {job.cell_seconds} s."],
            },
            allow_errors=True,
            skip_cells_with_tag="",
            resources={"metadata": {"path": job.path}},
            on_cell_start=self._starts,
            on_cell_executed=self._executed,
        )
        self._folder = folder
        self._room = MOST_OUTPUT

    def _starts(self, cell: NotebookNode, cell_index: int) -> None:
        self._room = MOST_OUTPUT
        self._note(cell_index, cell, Ran(status="not_run"))

    def _executed(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        content = execute_reply["content"]
        ran = Ran(status="ok")
        if content["status"] != "ok":
            ename = str(content.get("ename", ""))
            ran = Ran(
                status="timeout" if ename == TIMEOUT else "error",
                ename=ename[:300],
                evalue=str(content.get("evalue", ""))[:4000],
            )
        self._note(cell_index, cell, ran)

    def _note(self, index: int, cell: NotebookNode, ran: Ran) -> None:
        # The first cell is our own prelude.
        if index:
            ran = msgspec.structs.replace(ran, outputs=cell.get("outputs", []))
            write_whole(self._folder / f"{index - 1}.json", msgspec.json.encode(ran))

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str, cell_index: int
    ) -> NotebookNode | None:
        """Take an output unless the cell has printed too much already."""
        if self._room < 0:
            return None
        self._room -= len(json.dumps(msg["content"], default=str))
        if self._room < 0:
            text = "\n[more output than 4 MiB: the rest was left out]\n"
            outs.append(nbformat.v4.new_output("stream", name="stdout", text=text))
            return None
        return super().output(outs, msg, display_id, cell_index)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job in the folder named; 0 when the notebook's end was reached."""
    folder = Path((argv or sys.argv[1:])[0])
    job = msgspec.json.decode((folder / "job.json").read_bytes(), type=Job)
    notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
    ran = folder / "ran"
    ran.mkdir()
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    notebook.cells.insert(0, nbformat.v4.new_code_cell(job.prelude))
    client = Client(notebook, job, ran)
    try:
        with client.setup_kernel():
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index, store_history=index > 0)
    except (DeadKernelError, CellTimeoutError) as error:
        print(type(error).__name__, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
