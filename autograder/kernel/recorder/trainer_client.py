"""The kernel's line to the trainer: a description goes out, what a training left comes back."""

from __future__ import annotations

import contextlib
import os

from autograder.core import decode
from autograder.core.ipc import Line, inherited_line
from autograder.core.training import TRAINER_VARIABLE, Trained, Training, encoded


class TrainerClient:
    """Asks for trainings, until an answer is missing."""

    def __init__(self, line: Line) -> None:
        self._line: Line | None = line

    @classmethod
    def inherited(cls) -> TrainerClient | None:
        """Return the line of this process, ``None`` where it has none."""
        with contextlib.suppress(KeyError, OSError, ValueError):
            return cls(inherited_line(int(os.environ[TRAINER_VARIABLE])))
        return None

    def __bool__(self) -> bool:
        return self._line is not None

    def ask(self, training: Training) -> Trained | None:
        """Return what the training left behind, ``None`` where it has to be done here."""
        line, self._line = self._line, None
        if line is None:
            return None
        with contextlib.suppress(OSError, ValueError):
            line.send(encoded(training))
            answer = line.receive(bytes)
            if answer is None:
                return None
            # Only now: whatever ended the wait, a late answer must not pass for the next one.
            self._line = line
            return decode.from_msgpack(answer, Trained) if answer else None
        return None
