"""The line on which a process gets one job, sends its messages, and asks for trainings."""

from __future__ import annotations

import contextlib
import functools
import queue
import threading
from collections.abc import Callable, Iterator

from autograder.core import decode
from autograder.core.evidence import Replay
from autograder.core.ipc import Line, pair
from autograder.core.training import Trained, digest, end_state
from autograder.sandbox.protocol import End, Ended, Job, Message, TrainingAnswer, TrainingRequest

TICK = 0.25
MAX_WAITING = 8
# So long an answer may wait until the messages before it were taken.
ANSWER_SECONDS = 120

# From the description of a training to what it left behind; nothing where that is not to be had.
Train = Callable[[bytes], bytes]


class JobLine:
    """Our end of the line. ``messages`` are those that came, ``None`` at the end."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._is_over = threading.Event()
        self.messages: queue.Queue[Message | Replay | None] = queue.Queue(MAX_WAITING)

    def start(self, job: Job) -> None:
        """Send the job, and listen."""
        # In threads of their own: a process that does not read or write must not block us.
        for work in (functools.partial(self._send, job), self._listen):
            threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        """Listen no longer: the run is over."""
        self._is_over.set()

    def answer(self, request: TrainingRequest, train: Train | None) -> None:
        """Answer a request with the training; add a :class:`Replay` to the messages."""
        replay, trained = Replay(description=digest(request.description)), b""
        try:
            if train and (answer := train(request.description)):
                replay, trained = _replay(request, answer), answer
        finally:
            # Whatever went wrong: the kernel waits for it, and its time stands still.
            # Before the kernel goes on: no time of its own may pass before that.
            with contextlib.suppress(OSError, ValueError, queue.Full):
                self.messages.put(replay, timeout=ANSWER_SECONDS)
                self._line.send(TrainingAnswer(trained=trained))

    def _send(self, job: Job) -> None:
        with contextlib.suppress(OSError, ValueError):
            # The limits separately: the kernel is forked with them before its job is read.
            self._line.send(job.settings)
            self._line.send(job)

    def _listen(self) -> None:
        last: Message | None = None
        try:
            while message := self._line.receive(Message):
                self._put(message)
        except ValueError as error:
            last = Ended(end=End.GARBLED, message=str(error))
        except OSError:
            # It was closed meanwhile.
            pass
        self._put(last)

    def _put(self, message: Message | None) -> None:
        """Put a message into the queue, unless the run is over and nobody waits."""
        while not self._is_over.is_set():
            with contextlib.suppress(queue.Full):
                self.messages.put(message, timeout=TICK)
                return


@contextlib.contextmanager
def hand_over(job: Job, control: Line) -> Iterator[JobLine]:
    """Hand a job over to the process at the other end of ``control``; yield the job's own line."""
    local, remote = pair()
    with Line(local) as line:
        with remote, contextlib.suppress(OSError):
            control.hand_over(remote)
        job_line = JobLine(line)
        job_line.start(job)
        try:
            yield job_line
        finally:
            job_line.stop()


def _replay(request: TrainingRequest, trained: bytes) -> Replay:
    training = decode.from_msgpack(trained, Trained)
    return Replay(
        description=digest(request.description),
        answer=digest(trained),
        seconds=training.seconds,
        left=end_state(training),
    )
