"""The two ways to come by a kernel: start a program, or fork one apart from everything else."""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

OPTIONS = (
    "--HistoryManager.enabled=False",
    # A file beside the notebook, such as numpy.py, must not be imported.
    "--IPKernelApp.ignore_cwd=True",
    "--IPKernelApp.kernel_class=autograder.kernel.ipykernel_app.PublicNameKernel",
)


class OwnKernelManager(AsyncKernelManager):
    """Starts this Python, whatever kernel the notebook names."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel that is ever started."""
        # -P for the same reason as ignore_cwd.
        command = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=[*command, *OPTIONS], display_name="Python", language="python")


def write_connection(folder: Path) -> Path:
    """Write the connection file of a kernel, which listens on sockets in ``folder``."""
    folder.mkdir()
    ports = ("shell", "iopub", "stdin", "control", "hb")
    connection: dict[str, object] = {
        **{f"{name}_port": number for number, name in enumerate(ports, start=1)},
        "transport": "ipc",
        "ip": str(folder / "kernel"),
        "key": secrets.token_hex(16),
        "signature_scheme": "hmac-sha256",
    }
    path = folder / "connection.json"
    path.write_text(json.dumps(connection))
    return path


def run_kernel(connection: Path) -> None:
    """Be a kernel, until it ends."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415  only the kernel itself needs it

    # Otherwise a kernel sets the backend only of a matplotlib that is not loaded yet.
    IPKernelApp.launch_instance(["-f", str(connection), *OPTIONS, "--matplotlib=inline"])


class _Client(AsyncKernelClient):
    """A client of a kernel that was forked, which is ready as soon as that answers."""

    def __init__(self, kernel: ForkedKernel, connection: Path) -> None:
        super().__init__(context=kernel.context)
        self._kernel = kernel
        self.load_connection_file(str(connection))

    async def is_alive(self) -> bool:
        """Return whether the kernel has not ended; while it stands still, it has no heartbeat."""
        return self._kernel.is_alive()

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Wait until the kernel answers, at most so many seconds.

        jupyter_client then waits a fifth of a second for the rest of the answer, which nbclient
        passes over by itself.

        Raises:
            RuntimeError: it does not.
        """
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while time.monotonic() < end and self._kernel.is_alive():
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                # Where outputs come it says something too, unless that is not connected yet.
                await self.iopub_channel.get_msg(timeout=0.2)
                return
        raise RuntimeError("the kernel did not answer")


class ForkedKernel:
    """A kernel that was forked already, with the interface of a kernel manager for nbclient.

    ``pid`` is the child whose end is the kernel's end, and which passes SIGINT on to it.
    """

    has_kernel = True
    kernel_id = None

    def __init__(self, pid: int, connection: Path) -> None:
        self._pid: int | None = pid
        self._connection = connection
        self.context: zmq.asyncio.Context | None = None

    def client(self) -> AsyncKernelClient:
        """Return a client that is connected once the kernel listens."""
        return _Client(self, self._connection)

    # These three are no coroutines: nbclient takes either, and none of them waits for long.
    def is_alive(self) -> bool:
        """Return whether the kernel has not ended yet."""
        if self._pid is None:
            return False
        ended, _ = os.waitpid(self._pid, os.WNOHANG)
        if ended:
            self._pid = None
        return not ended

    def interrupt_kernel(self) -> None:
        """Send SIGINT."""
        if self._pid is not None:
            os.kill(self._pid, signal.SIGINT)

    def shutdown_kernel(self, **_: Any) -> None:
        """End it."""
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = None

    def cleanup_resources(self) -> None:
        """Do nothing: the kernel's files go with its sandbox."""
