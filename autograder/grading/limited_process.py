"""What students wrote is read and drawn in a separate process, which has limits on everything.

A text can be such that a parser takes hours for it, or all the memory there is. In a thread that
could not be ended. Nothing that a student wrote is run there.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, Self, TypeVar

from autograder.core.errors import SubmissionError
from autograder.core.lesson_registry import search_path_variables

P = ParamSpec("P")
T = TypeVar("T")

PROCESS = "autograder.grading.limited_process_main"
# A whole notebook is read in a hundredth of these seconds of computing, and of this memory.
MAX_SECONDS = 30
MAX_BYTES = 3 * 2**30
# However busy the machine is, and however slow its disk.
MAX_SECONDS_OF_THE_CLOCK = 600


class OverBudgetError(SubmissionError):
    """Reading a submission took more time or memory than any homework needs."""


@dataclass(frozen=True)
class Raised:
    """What a call has raised."""

    error: Exception


class LimitedProcess:
    """A process that runs calls for us, one after the other. A context manager.

    ``seconds`` of computing and ``memory`` bytes are what one call may take.
    """

    def __init__(self, *, seconds: int = MAX_SECONDS, memory: int = MAX_BYTES) -> None:
        self._limits = (seconds, memory)
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call a function of a module in the other process, and return its result.

        Raises:
            OverBudgetError: it took too much time or memory.
            Exception: what the function raised.
        """
        was_fresh = self._process is None
        try:
            answer = self._answer((function, arguments, named))
        except OverBudgetError:
            self.close()
            # What earlier calls left behind is not to be counted against this one.
            if was_fresh:
                raise
            answer = self._answer((function, arguments, named))
        if isinstance(answer, Raised):
            raise answer.error
        result: T = answer
        return result

    def _answer(self, call: object) -> Any:
        line = self._line = self._line or self._started()
        try:
            line.send(call)
            if line.poll(MAX_SECONDS_OF_THE_CLOCK):
                answer = line.recv()
                if not (isinstance(answer, Raised) and isinstance(answer.error, MemoryError)):
                    return answer
        # What is nested too deeply cannot be sent either.
        except (OSError, EOFError, RecursionError):
            pass
        self.close()
        seconds, memory = self._limits
        raise OverBudgetError(
            f"It takes more than {seconds} s of computing or {memory / 2**30:g} GiB of memory, or"
            " more steps into each other than can be followed, to read or to show this notebook,"
            " which no homework needs."
        )

    def _started(self) -> Connection:
        local, remote = socket.socketpair()
        with remote:
            command = [sys.executable, "-P", "-m", PROCESS, str(remote.fileno())]
            self._process = subprocess.Popen(
                [*command, *map(str, self._limits)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[remote.fileno()],
                # Ctrl-C is for the grader, which ends us in good order.
                start_new_session=True,
                env=os.environ | search_path_variables(),
            )
        return Connection(local.detach())

    def close(self) -> None:
        """End the process."""
        if self._line:
            self._line.close()
            self._line = None
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
