"""The trainer starts where it pays, and nobody waits for one that is late or dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from autograder.core.config import Settings
from autograder.sandbox import limits
from autograder.sandbox.limits import LimitWatch
from autograder.sandbox.trainer import TRAININGS_BEFORE, Trainer


class Process:
    """A sandbox, as the trainer uses it."""

    def __init__(self, *, is_warm: bool = True, error: Exception | None = None) -> None:
        self.is_ready, self.is_warm, self.error = False, is_warm, error
        self.may_start, self.closed = threading.Event(), threading.Event()

    def wait_until_ready(self, _: threading.Event) -> None:
        """Wait until the test says so."""
        assert self.may_start.wait(10)
        self.is_ready = True

    def train(self, description: bytes, seconds: float) -> bytes:
        """Answer, or fail."""
        assert seconds > 0
        if self.error:
            raise self.error
        return description + b"!"

    def close(self) -> None:
        """Note it."""
        self.closed.set()


def until(condition: Callable[[], Any]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    assert condition()


def started(process: Process) -> Trainer:
    """A trainer that was asked so often that it starts."""
    trainer = Trainer(lambda: process)
    for _ in range(TRAININGS_BEFORE + 1):
        assert trainer.train(b"a") == b""
    process.may_start.set()
    return trainer


def test_a_few_trainings_are_done_by_their_kernels() -> None:
    """To start it takes longer."""
    trainer = Trainer(lambda: pytest.fail("it was started"))
    assert [trainer.train(b"a") for _ in range(TRAININGS_BEFORE)] == [b""] * TRAININGS_BEFORE
    trainer.close()


def test_nobody_waits_while_it_starts() -> None:
    """From then on it answers."""
    process = Process()
    trainer = started(process)
    until(lambda: process.is_ready)
    assert trainer.train(b"a") == b"a!"
    trainer.close()
    assert process.closed.is_set()
    assert trainer.train(b"a") == b""


def test_the_first_waits_for_one_that_was_started_for_a_class() -> None:
    """There will be many more: what it would train by itself is trained only once."""
    process = Process()
    trainer = Trainer(lambda: process)
    trainer.start()
    trainer.start()
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(trainer.train(b"a")))
    asking.start()
    asking.join(0.05)
    assert asking.is_alive()
    process.may_start.set()
    asking.join(10)
    assert answers == [b"a!"]
    trainer.close()


def test_one_that_was_closed_before_is_not_started() -> None:
    """Nobody would end it."""
    trainer = Trainer(lambda: pytest.fail("it was started"))
    trainer.close()
    threads = set(threading.enumerate())
    trainer.start()
    until(lambda: set(threading.enumerate()) <= threads)


def test_nobody_waits_for_one_that_cannot_start() -> None:
    """Its start fails, or it is closed meanwhile."""

    def fail() -> Process:
        raise OSError

    trainer = Trainer(fail)
    trainer.start()
    assert trainer.train(b"a") == b""
    process = Process()
    trainer = Trainer(lambda: process)
    trainer.close()
    trainer.start()
    assert trainer.train(b"a") == b""
    trainer = Trainer(lambda: process)
    trainer.start()
    threading.Timer(0.02, trainer.close).start()
    assert trainer.train(b"a") == b""
    process.may_start.set()


@pytest.mark.parametrize("error", [TimeoutError(), BrokenPipeError(), ValueError("no answer")])
def test_one_that_is_late_dead_or_wrong_costs_nothing(error: Exception) -> None:
    """The kernel trains by itself."""
    process = Process(error=error)
    trainer = started(process)
    until(lambda: process.is_ready)
    assert trainer.train(b"a") == b""


def test_one_that_cannot_start_or_has_to_start_each_time_is_not_used() -> None:
    """Grading goes on without."""

    def broken() -> Process:
        raise OSError

    trainer = Trainer(broken)
    assert [trainer.train(b"a") for _ in range(TRAININGS_BEFORE + 3)] == [b""] * (
        TRAININGS_BEFORE + 3
    )
    cold = Process(is_warm=False)
    trainer = started(cold)
    until(cold.closed.is_set)
    assert trainer.train(b"a") == b""


def test_a_kernel_that_waits_is_charged_the_training_and_not_the_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that a limit is met or not whatever the cache holds."""
    now = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    watch = LimitWatch(Settings(seconds=100, cell_seconds=100), None)
    watch.stand_still()
    now[0] += 500
    assert watch.verdict() is None
    watch.go_on(charged=4)
    now[0] += 95
    assert watch.verdict() is None
    now[0] += 2
    assert watch.verdict()
