"""A kernel as a student's editor drives it: one cell after the other, with their ids."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

PATIENCE = 120


@dataclass
class Shown:
    """What a cell put out: its messages in their order, and how it ended."""

    status: str = ""
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the messages, in their order."""
        return [kind for kind, _ in self.messages]

    @property
    def text(self) -> str:
        """All of it in words, as a terminal or a screen reader has it."""
        return "\n".join(_words(content) for _, content in self.messages)

    @property
    def html(self) -> str:
        """What is shown as HTML."""
        return "\n".join(one.get("data", {}).get("text/html", "") for _, one in self.messages)


def _words(content: dict[str, Any]) -> str:
    if "traceback" in content:
        return f"{content['ename']}: {content['evalue']}"
    return str(content.get("text") or content.get("data", {}).get("text/plain", ""))


class Kernel:
    """A running kernel."""

    def __init__(self, client: BlockingKernelClient, interrupt: Any) -> None:
        self._client = client
        self._interrupt = interrupt

    def run(self, source: str, cell_id: str | None = None, *, stop_at: str | None = None) -> Shown:
        """Run a cell; interrupt it when it has printed ``stop_at``."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self._client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell_id} if cell_id else {}
        self._client.shell_channel.send(message)
        shown, end = Shown(), time.monotonic() + PATIENCE
        while time.monotonic() < end:
            received = self._client.get_iopub_msg(timeout=PATIENCE)
            if received["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            kind, content = received["msg_type"], received["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind in ("stream", "display_data", "execute_result", "error"):
                shown.messages.append((kind, content))
                if stop_at and kind == "stream" and stop_at in shown.text:
                    stop_at = None
                    # A moment later, so that it meets the next epoch and not its first line.
                    threading.Timer(0.2, self._interrupt).start()
        shown.status = self._reply(message["header"]["msg_id"])["status"]
        return shown

    def inspect(self, source: str) -> str:
        """What ``?`` shows of what stands at the end."""
        found = self._reply(self._client.inspect(source, len(source)))
        return str(found["data"].get("text/plain", ""))

    def complete(self, source: str) -> list[str]:
        """What the tab key offers at the end."""
        return list(self._reply(self._client.complete(source, len(source)))["matches"])

    def _reply(self, request: str) -> dict[str, Any]:
        while True:
            reply = self._client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == request:
                return dict(reply["content"])


@contextmanager
def kernel(home: Path, folder: Path) -> Iterator[Kernel]:
    """A kernel that finds its images in a Keras home, started in a folder."""
    manager, client = start_new_kernel(
        cwd=str(folder), env={**os.environ, "KERAS_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    try:
        yield Kernel(client, manager.interrupt_kernel)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
