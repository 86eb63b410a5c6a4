"""Runs cells in a kernel, and keeps no more of their output than is good for anyone."""

from __future__ import annotations

import json
import sys
import time
from queue import Empty
from typing import Any

import nbformat
import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.execution.job import Job, Ran

MOST_OUTPUT = 4 * 2**20
MOST_OUTPUT_OF_ALL = 32 * 2**20
MOST_IN_A_MESSAGE = 16 * 2**20
MOST_MESSAGES_WAITING = 100
TIMEOUT = "CellTimeoutError"
# How long a kernel may take to come back from a cell that was interrupted.
GRACE = 10
OUTPUTS = frozenset({"stream", "display_data", "execute_result", "error", "update_display_data"})


class OwnKernelManager(AsyncKernelManager):
    """Starts this Python, whatever kernel the notebook names."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel that is ever started."""
        # -P and ignore_cwd: a file beside the notebook, such as numpy.py, must not be imported.
        command = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        command += ["--HistoryManager.enabled=False", "--IPKernelApp.ignore_cwd=True"]
        return KernelSpec(argv=command, display_name="Python", language="python")


class Client(NotebookClient):
    """A kernel of our own, and one cell after the other."""

    def __init__(self, notebook: NotebookNode, job: Job) -> None:
        context = zmq.asyncio.Context()
        # Defaults for its sockets. Without them the kernel decides how much memory we need.
        context.setsockopt(zmq.MAXMSGSIZE, MOST_IN_A_MESSAGE)
        context.setsockopt(zmq.RCVHWM, MOST_MESSAGES_WAITING)
        super().__init__(
            notebook,
            km=OwnKernelManager(context=context),
            timeout=job.cell_seconds,
            interrupt_on_timeout=True,
            error_on_timeout={
                "ename": TIMEOUT,
                "evalue": f"stopped after {job.cell_seconds} s",
                "traceback": [f"This cell did not end; it was stopped after {job.cell_seconds} s."],
            },
            allow_errors=True,
            skip_cells_with_tag="",
            shutdown_kernel="immediate",
            resources={"metadata": {"path": job.path}},
            on_cell_executed=self._executed,
        )
        self._left = self._left_of_all = MOST_OUTPUT_OF_ALL
        self._reply: dict[str, Any] = {}

    async def run(self, index: int) -> Ran:
        """Run a code cell.

        Raises:
            DeadKernelError: the kernel died while it ran.
        """
        self._reply = {"status": "ok"}
        self._left = min(MOST_OUTPUT, self._left_of_all)
        cell = self.nb.cells[index]
        await self.async_execute_cell(cell, index, store_history=index > 0)
        outputs = cell.get("outputs", [])
        if self._reply["status"] == "ok":
            return Ran(status="ok", outputs=outputs)
        ename = str(self._reply.get("ename", ""))
        return Ran(
            status="timeout" if ename == TIMEOUT else "error",
            ename=ename[:300],
            evalue=str(self._reply.get("evalue", ""))[:4000],
            outputs=outputs,
        )

    async def answers(self) -> bool:
        """Whether the kernel is there again after a cell was interrupted."""
        assert self.kc is not None
        asked = self.kc.kernel_info()
        end = time.monotonic() + GRACE
        while (left := end - time.monotonic()) > 0:
            try:
                message = await self.kc.shell_channel.get_msg(timeout=left)
            except Empty:
                return False
            if message["parent_header"].get("msg_id") == asked:
                return True
        return False

    def _executed(self, execute_reply: dict[str, Any], **_: object) -> None:
        self._reply = execute_reply["content"]

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take a message, but an output only as long as there is room for it."""
        if msg["msg_type"] in OUTPUTS and not self._has_room(msg["content"], cell):
            return None
        return super().process_message(msg, cell, cell_index)

    def _has_room(self, content: dict[str, Any], cell: NotebookNode) -> bool:
        had_room = self._left >= 0
        size = len(json.dumps(content, default=str))
        self._left -= size
        self._left_of_all -= size
        if had_room and self._left < 0:
            text = "\n[too much output: the rest was left out]\n"
            cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=text))
        return self._left >= 0
