"""The grader's side of a room: starts it, hands it a job, listens, and ends it when time is up."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

import psutil

from autograder.execution.job import End, Ended, Job, Message, Ready
from autograder.execution.told import Told
from autograder.execution.trace import Stopped
from autograder.execution.watch import Watch
from autograder.messages import receive, send

TICK = 0.25
# A room loads TensorFlow before it is ready, on a busy machine.
START_SECONDS = 120
MOST_WAITING = 8


class CancelledError(Exception):
    """The person who was grading wants to stop; nothing of this run counts."""


class RoomError(RuntimeError):
    """A room could not be had; the message holds its last words."""


class Room:
    """A process that runs notebooks.

    Args:
        command: what starts it.
        environment: all of its environment variables.
        end: ends it and all that it has started.
        is_sealed: whether it is one that keeps a notebook from everything else.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        end: Callable[[subprocess.Popen[bytes]], None],
        *,
        is_sealed: bool,
    ) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the room
        self._end = end
        self.process = subprocess.Popen(
            list(command),
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        self._messages: queue.Queue[Message | None] = queue.Queue(MOST_WAITING)
        threading.Thread(target=self._listen, daemon=True).start()
        self.is_sealed = is_sealed
        self.is_usable = True
        self.is_ready = False
        self.is_warm = False

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while message := receive(self.process.stdout, Message):
                self._messages.put(message)
        except ValueError as error:
            self._messages.put(Ended(end=End.GARBLED, said=str(error)))
        except OSError:
            # It was closed meanwhile.
            pass
        self._messages.put(None)

    def wait_until_ready(self, cancel: threading.Event) -> None:
        """Wait until it can be used.

        Raises:
            RoomError: it cannot.
            CancelledError: ``cancel`` was set meanwhile.
        """
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if cancel.is_set():
                raise CancelledError
            with contextlib.suppress(queue.Empty):
                match self._messages.get(timeout=TICK):
                    case Ready(warm=warm):
                        self.is_warm, self.is_ready = warm, True
                        return
                    case _:
                        raise RoomError(self.last_words())
        raise RoomError(f"It was not ready after {START_SECONDS} s.\n{self.last_words()}")

    def run(self, job: Job, cancel: threading.Event) -> Told:
        """Run a job, and hear what becomes of it.

        Raises:
            CancelledError: ``cancel`` was set meanwhile.
        """
        told = Told()
        watch = Watch(job.settings, psutil.Process(self.process.pid) if self.is_sealed else None)
        # In a thread of its own: a room that does not read must not hold us up.
        threading.Thread(target=self._hand_over, args=(job,), daemon=True).start()
        while told.ended is None and told.stopped is None:
            if cancel.is_set():
                raise CancelledError
            told.stopped = watch.verdict()
            with contextlib.suppress(queue.Empty):
                message = self._messages.get(timeout=TICK)
                told.take(message or Ended(end=End.BROKEN, said=self.last_words()))
                watch.cell()
                if message is None:
                    told.stopped = told.stopped or self._killed()
        assert told.ended or told.stopped
        kept = (End.REACHED, End.KERNEL_DIED, End.KERNEL_STUCK)
        self.is_usable = told.ended is not None and told.ended.end in kept
        return told

    def _hand_over(self, job: Job) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            send(self.process.stdin, job)

    def _killed(self) -> Stopped | None:
        """Where its process was killed, by whom: not our code's fault, nor always the student's."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(timeout=5)
            # bubblewrap tells of a signal as a shell does.
            number = -code if code < 0 else code - 128
            if number in set(signal.Signals):
                name = signal.Signals(number).name
                return Stopped(f"the run was ended from outside by {name}", by_others=True)
        return None

    def last_words(self) -> str:
        """What its process has said last."""
        with contextlib.suppress(OSError, ValueError):
            # Not seek: the process writes where our common place in the file is.
            size = os.fstat(self._log.fileno()).st_size
            return os.pread(self._log.fileno(), 4000, max(0, size - 4000)).decode(errors="replace")
        return ""

    def close(self) -> None:
        """End it and all that it has started."""
        self._end(self.process)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._log):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
