"""The process that has TensorFlow loaded, and its workers, as the grader sees them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager

import psutil

from autograder.core.ipc import Line, pair
from autograder.sandbox.cgroups import Group
from autograder.sandbox.child_program import SECONDS_TO_END, ChildProgram
from autograder.sandbox.protocol import Start


class WarmProcess:
    """The fork server of :mod:`autograder.sandbox.fork_server`, started by a command.

    Args:
        command: what starts it.
        environment: all of its environment variables.
        group: yields where Linux keeps its limits, ``None`` where it does not.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        group: AbstractContextManager[Group | None],
    ) -> None:
        started: Future[ChildProgram] = Future()

        def live() -> None:
            try:
                with group as limits:
                    words = limits.command(command) if limits else command
                    program = ChildProgram(words, environment)
                    started.set_result(program)
                    program.process.wait()
            except BaseException as error:
                if started.done():
                    raise
                started.set_exception(error)

        # bubblewrap ends with the thread that has started it, so this one waits for its end.
        self._thread = threading.Thread(target=live, daemon=True)
        self._thread.start()
        self._program = started.result()

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._program.process.poll() is None

    def fork(self) -> Line:
        """Let it fork a worker, now or once it is ready; return the line to that."""
        local, remote = pair()
        # The worker shows its process by the first thing that it says.
        local.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        # What ends meanwhile closes the line.
        with remote, contextlib.suppress(OSError):
            self._program.line.hand_over(remote)
        return Line(local)

    def last_output(self) -> str:
        """Return the last of what it and its workers put out."""
        return self._program.last_output()

    def exit_code(self) -> int | None:
        """Return how it ended, ``None`` where it goes on."""
        return self._program.exit_code()

    def close(self) -> None:
        """End it with all of its workers, and wait until nothing of them is left."""
        # bubblewrap's own child ends with it, and with that all that lives in the sandbox; but not
        # before it has begun: until then it is in the same process group.
        if self.lives:
            first = self._first()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._program.process.pid, signal.SIGKILL)
            for one in first:
                _wait(one)
        self._thread.join()
        self._program.close()

    def _first(self) -> list[int]:
        """Return a descriptor of the sandbox's first process, which ends after all others."""
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            children = psutil.Process(self._program.process.pid).children()
            return [os.pidfd_open(one.pid) for one in children]
        return []


def _wait(process: int) -> None:
    """Wait until a process has ended, and close its descriptor."""
    ending = select.poll()
    ending.register(process)
    ending.poll(SECONDS_TO_END * 1000)
    os.close(process)


class Worker:
    """A worker that was forked, and what it is for.

    Args:
        server: its parent.
        start: what it is for.
        group: where Linux keeps its limits; without one they are measured from here.
        release: gives back what it holds on this machine.
    """

    def __init__(
        self, server: WarmProcess, start: Start, group: Group | None, release: Callable[[], None]
    ) -> None:
        self.root: psutil.Process | None = None
        self._server = server
        self._start = start
        self._group = group
        self._release = release
        self._handle: int | None = None

    def start(self, line: Line) -> None:
        """Set its limits, and start its work, once it has shown itself.

        Raises:
            OSError: it has ended.
        """
        process = line.other_process()
        # Before it can have ended: its number could be another's then.
        self._handle = os.pidfd_open(process)
        if self._group:
            self._group.add(process)
        else:
            self.root = psutil.Process(process)
        line.send(self._start)

    def limit_met(self) -> str | None:
        """Return the limit of Linux' that it met, ``None`` where there is none."""
        return self._group.limit_met() if self._group else None

    def last_output(self) -> str:
        """Return the last output of the sandbox."""
        return self._server.last_output()

    def exit_code(self) -> int | None:
        """Return how the sandbox ended that it lived in, ``None`` where that goes on."""
        return self._server.exit_code()

    def end(self) -> None:
        """End it, and with it all that it has started; its parent says when that is done."""
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            os.close(self._handle)
            self._handle = None
        self._release()
