"""A program of ours, at the other end of a line, and what it puts out."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO

from autograder.core.ipc import Line, pair
from autograder.sandbox.workspace import LINE

# How long to wait for the end of a process that was killed, or whose line is closed.
SECONDS_TO_END = 5


class ChildProgram:
    """A program that runs, the line to it, and the log of what it puts out.

    Args:
        command: what starts it; the number of its end of the line is put behind.
        environment: all of its environment variables.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the program
        local, remote = pair()
        with remote:
            self.process = subprocess.Popen(
                [*command, f"{LINE}{remote.fileno()}"],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[remote.fileno()],
                start_new_session=True,
            )
        self.line = Line(local)

    def last_output(self) -> str:
        """Return the last of what it put out."""
        with contextlib.suppress(OSError, ValueError):
            # Not seek: the process shares our position in the file.
            size = os.fstat(self._log.fileno()).st_size
            return os.pread(self._log.fileno(), 4000, max(0, size - 4000)).decode(errors="replace")
        return ""

    def exit_code(self) -> int | None:
        """Return how it ended, as a shell says it or negative; ``None`` where it goes on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(SECONDS_TO_END)
        return None

    def close(self) -> None:
        """Wait until it has ended, and close line and log."""
        self.process.wait()
        self.line.close()
        self._log.close()
