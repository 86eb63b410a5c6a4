"""Runs cells in a kernel, with a limit on their output."""

from __future__ import annotations

import json
import time
from queue import Empty
from typing import Any

import nbformat
import zmq
import zmq.asyncio
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.core.config import Settings
from autograder.core.evidence import shortened
from autograder.sandbox.kernel_manager import ForkedKernel, OwnKernelManager
from autograder.sandbox.protocol import CellResult, texts

Kernel = OwnKernelManager | ForkedKernel
# The limit is for one cell; all cells together may put out this many times as much.
TOTAL_FACTOR = 8
# What an output takes besides its content, in bytes: a million empty ones take much.
OUTPUT_OVERHEAD = 500
MAX_MESSAGE_BYTES = 16 * 2**20
MAX_MESSAGES_WAITING = 100
TIMEOUT = "CellTimeoutError"
# How long a kernel may take to come back from a cell that was interrupted.
GRACE = 10
OUTPUTS = frozenset({"stream", "display_data", "execute_result", "error", "update_display_data"})


class Client(NotebookClient):
    """Runs one cell after the other in a kernel of our own."""

    def __init__(
        self, notebook: NotebookNode, settings: Settings, kernel: Kernel, path: str
    ) -> None:
        context = zmq.asyncio.Context()
        # Defaults for its sockets. Without them the kernel decides how much memory we need.
        context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        context.setsockopt(zmq.RCVHWM, MAX_MESSAGES_WAITING)
        # Milliseconds, until a kernel listens that begins at the same time.
        context.setsockopt(zmq.RECONNECT_IVL, 5)
        kernel.context = context
        limit = settings.cell_seconds
        super().__init__(
            notebook,
            km=kernel,  # type: ignore[arg-type]
            timeout=limit,
            interrupt_on_timeout=True,
            error_on_timeout={
                "ename": TIMEOUT,
                "evalue": f"stopped after {limit} s",
                "traceback": [f"This cell did not end; it was stopped after {limit} s."],
            },
            allow_errors=True,
            skip_cells_with_tag="",
            shutdown_kernel="immediate",
            resources={"metadata": {"path": path}},
            on_cell_executed=self._executed,
        )
        self._limit = settings.output_mb * 2**20
        self._remaining = self._remaining_total = TOTAL_FACTOR * self._limit
        self._cut = False
        self._monitor: zmq.asyncio.Socket | None = None
        self._reply: dict[str, Any] = {}

    async def run(self, index: int) -> CellResult:
        """Run a code cell.

        Raises:
            DeadKernelError: the kernel died while it ran.
        """
        self._reply = {"status": "ok"}
        self._remaining = min(self._limit, self._remaining_total)
        self._cut = False
        cell = self.nb.cells[index]
        began = time.monotonic()
        await self.async_execute_cell(cell, index, store_history=index > 0)
        seconds = time.monotonic() - began
        if not self._cut and await self._was_cut_off():
            self._cut_off(cell)
        outputs = cell.get("outputs", [])
        if self._reply["status"] == "ok":
            return CellResult(status="ok", seconds=seconds, cut=self._cut, outputs=outputs)
        ename = str(self._reply.get("ename", ""))
        return CellResult(
            status="timeout" if ename == TIMEOUT else "error",
            ename=ename[:300],
            evalue=shortened(str(self._reply.get("evalue", ""))),
            seconds=seconds,
            cut=self._cut,
            outputs=outputs,
        )

    async def answers(self) -> bool:
        """Return whether the kernel answers again after a cell was interrupted."""
        assert self.kc is not None
        request = self.kc.kernel_info()
        end = time.monotonic() + GRACE
        while (remaining := end - time.monotonic()) > 0:
            try:
                message = await self.kc.shell_channel.get_msg(timeout=remaining)
            except Empty:
                return False
            if message["parent_header"].get("msg_id") == request:
                return True
        return False

    def _executed(self, execute_reply: dict[str, Any], **_: object) -> None:
        self._reply = execute_reply["content"]

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take a message, but an output only within the limit."""
        if msg["msg_type"] in OUTPUTS:
            msg = {**msg, "content": texts(msg["content"])}
            if not self._fits(msg["content"], cell):
                return None
        before = len(cell.outputs)
        taken: NotebookNode | None = super().process_message(msg, cell, cell_index)
        # What is printed after the other is one output.
        self._take((len(cell.outputs) - before) * OUTPUT_OVERHEAD)
        return taken

    def _fits(self, content: dict[str, Any], cell: NotebookNode) -> bool:
        self._take(len(json.dumps(content, default=str)))
        if self._remaining < 0 and not self._cut:
            self._cut_off(cell)
        return self._remaining >= 0

    def _take(self, size: int) -> None:
        self._remaining -= size
        self._remaining_total -= size

    def _cut_off(self, cell: NotebookNode) -> None:
        self._cut = True
        text = "\n[too much output: the rest was left out]\n"
        cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=text))

    async def _was_cut_off(self) -> bool:
        """Return whether the connection to the kernel was cut, as by a message that is too long."""
        assert self.kc is not None
        if self._monitor is None:
            socket = self.kc.iopub_channel.socket
            self._monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        was_cut_off = False
        while await self._monitor.poll(0):
            await self._monitor.recv_multipart()
            was_cut_off = True
        return was_cut_off
