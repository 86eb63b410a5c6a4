"""A process that runs notebooks, as the grader sees it: it starts, takes jobs, and is ended."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import psutil

from autograder.core.evidence import Replay
from autograder.core.ipc import Line, pair
from autograder.core.training import MAX_TRAINED, Trained, encoded
from autograder.sandbox.child_program import SECONDS_TO_END
from autograder.sandbox.job_line import TICK, Train, hand_over
from autograder.sandbox.limits import LimitWatch
from autograder.sandbox.protocol import (
    CellFinished,
    End,
    Ended,
    Job,
    Ready,
    TrainingRequest,
    WorkerEnded,
)
from autograder.sandbox.result import Stopped
from autograder.sandbox.run_state import RunState

# A sandbox loads TensorFlow before it is ready, on a busy machine.
START_SECONDS = 120

# Is given the outputs of each cell.
OnOutputs = Callable[[list[dict[str, Any]]], None]


class CancelledError(Exception):
    """Grading was stopped; nothing of this run counts."""


class SandboxError(RuntimeError):
    """A sandbox could not be started; the message holds its last output."""


class Handle(Protocol):
    """How a process is started, watched and ended that is at the other end of a line."""

    @property
    def root(self) -> psutil.Process | None:
        """The process to measure with its descendants; ``None`` where Linux limits them."""

    def start(self, line: Line) -> None:
        """Start its work, once it is there.

        Raises:
            OSError: it has ended.
        """

    def limit_met(self) -> str | None:
        """Return the limit of Linux' that it met, ``None`` where there is none."""

    def last_output(self) -> str:
        """Return its last output."""

    def exit_code(self) -> int | None:
        """Return how it ended, ``None`` where it goes on or cannot say so by itself."""

    def end(self) -> None:
        """End it and all that it has started."""


class SandboxProcess:
    """A process that runs notebooks, one at a time.

    It is given a socket for each job, and reports on that job only there: what comes from it is
    of this job and of no other.

    Args:
        line: our end of the line to it.
        handle: how it is started, watched and ended.
        level: how far it keeps a notebook apart.
        is_sealed: whether it keeps a notebook from everything else.
    """

    def __init__(self, line: Line, handle: Handle, *, level: str, is_sealed: bool = False) -> None:
        self._control = line
        self._handle = handle
        self._ready: queue.Queue[Ready | None] = queue.Queue()
        self._code: int | None = None
        self._listening = threading.Thread(target=self._await_ready, daemon=True)
        self._level = level
        self.is_sealed = is_sealed
        self._is_filtered = False
        self.is_usable = True
        self.is_ready = False
        self.is_warm = False
        self._has_started = False
        self._listening.start()

    @property
    def level(self) -> str:
        """The isolation of a notebook: how limits are enforced, and what is missing."""
        if not self.is_sealed or self._is_filtered:
            return self._level
        return f"{self._level} without seccomp"

    def _await_ready(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._handle.start(self._control)
            self._has_started = True
            while message := self._control.receive(Ready | WorkerEnded):
                if isinstance(message, WorkerEnded):
                    self._code = message.code
                    break
                self._ready.put(message)
        self._ready.put(None)

    def wait_until_ready(self, cancel: threading.Event) -> None:
        """Wait until it can take a job: nothing of the one before is left then.

        Raises:
            SandboxError: it cannot.
            RuntimeError: it was ended from outside meanwhile.
            CancelledError: ``cancel`` was set meanwhile.
        """
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if cancel.is_set():
                raise CancelledError
            with contextlib.suppress(queue.Empty):
                ready = self._ready.get(timeout=TICK)
                if ready is None:
                    if killed := self._killed():
                        raise RuntimeError(killed.why)
                    raise SandboxError(self._handle.last_output())
                self.is_ready, self.is_warm = True, ready.warm
                self._is_filtered = ready.is_filtered
                return
        output = self._handle.last_output()
        raise SandboxError(f"It was not ready after {START_SECONDS} s.\n{output}")

    def run(
        self,
        job: Job,
        cancel: threading.Event,
        train: Train | None = None,
        on_outputs: OnOutputs | None = None,
    ) -> RunState:
        """Run a job, and collect its messages; ``train`` does the trainings that it asks for.

        ``on_outputs`` is given what each cell puts out, as soon as that has ended.

        Raises:
            CancelledError: ``cancel`` was set meanwhile.
        """
        self.is_ready = False
        state = RunState(job=job.digest)
        watch = LimitWatch(job.settings, self._handle.root, spent=job.spent)
        with hand_over(job, self._control) as line:
            while state.ended is None and state.stopped is None:
                if cancel.is_set():
                    raise CancelledError
                state.stopped = watch.verdict()
                with contextlib.suppress(queue.Empty):
                    message = line.messages.get(timeout=TICK)
                    if isinstance(message, TrainingRequest):
                        watch.pause()
                        arguments = (message, train)
                        threading.Thread(target=line.answer, args=arguments, daemon=True).start()
                        continue
                    if isinstance(message, Replay):
                        state.replays.append(message)
                        watch.resume(message.seconds)
                        continue
                    state.take(message or Ended(end=End.BROKEN, message=self._handle.last_output()))
                    watch.cell()
                    if on_outputs and isinstance(message, CellFinished) and state.ended is None:
                        on_outputs(state.cells[message.index].outputs)
                    if message is None:
                        state.stopped = state.stopped or self._killed()
        assert state.ended or state.stopped
        usable = (End.REACHED, End.KERNEL_DIED, End.KERNEL_STUCK)
        self.is_usable = state.ended is not None and state.ended.end in usable
        return state

    def train(self, description: bytes, seconds: float) -> bytes:
        """Let a process that is there for that do a training; return what it left behind.

        Raises:
            OSError, ValueError: it did not within so many seconds.
        """
        local, remote = pair()
        with Line(local) as line:
            local.settimeout(seconds)
            with remote:
                self._control.hand_over(remote)
            line.send(msgspec.Raw(description))
            trained = line.receive(Trained, MAX_TRAINED)
        if trained is None:
            raise OSError("a training that ended without an answer")
        return encoded(trained)

    def _killed(self) -> Stopped | None:
        """Return what killed the process, if so: not our code's fault, nor always the student's."""
        if limit := self._handle.limit_met():
            return Stopped(f"it used more {limit} than it may have", limit=limit)
        self._listening.join(SECONDS_TO_END)
        code = self._handle.exit_code() if self._code is None else self._code
        if code is None:
            return None
        # bubblewrap reports a signal as a shell does.
        number = -code if code < 0 else code - 128
        if number in set(signal.Signals):
            name = signal.Signals(number).name
            return Stopped(f"the run was ended from outside by {name}", by_others=True)
        return None

    def close(self) -> None:
        """End it and all that it has started, and wait until nothing of it is left."""
        self._handle.end()
        # What has not started has started nothing, and may not be there for long.
        if self._has_started:
            self._listening.join(SECONDS_TO_END)
        self._control.close()
