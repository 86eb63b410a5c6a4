"""Trainings that the pool lets be done: none may be had late, wrong or after the end.

Of the runs that replayed one a few are compared with others to the last bit.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from support import runs

from autograder.core.config import Settings
from autograder.core.errors import IsolationError
from autograder.core.evidence import Evidence, Examples, Fit, Record, Recorded, Run
from autograder.core.ipc import Line, pair
from autograder.core.training import Array
from autograder.grading.training_cache import TrainingCache
from autograder.sandbox import limits, replay_check, resource_usage
from autograder.sandbox.job_line import JobLine
from autograder.sandbox.limits import LimitWatch
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.process import SandboxError
from autograder.sandbox.protocol import TrainingAnswer, TrainingRequest


class Process:
    """A process that trains, as the pool uses it."""

    is_ready = False

    def __init__(self, *, is_warm: bool = True, error: Exception | None = None) -> None:
        self.is_warm, self.error = is_warm, error
        self.is_closed = False

    def wait_until_ready(self, cancel: threading.Event) -> None:
        """Be ready, or fail."""
        assert not cancel.is_set()
        if isinstance(self.error, RuntimeError):
            raise self.error

    def train(self, description: bytes, seconds: float) -> bytes:
        """Answer, or fail."""
        assert seconds > 0
        if self.error:
            raise self.error
        return description + b"!"

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


class Own:
    """A sandbox that has one process, or cannot be had."""

    is_sealed = True

    def __init__(self, process: Process | Exception) -> None:
        self.process = process

    def open(self, _: object, *, trains: bool = False, core: int | None = None) -> Process:
        """Start it, or fail."""
        assert trains
        if isinstance(self.process, Exception):
            raise self.process
        return self.process

    def close(self) -> None:
        """Do nothing."""


def pool_of(sandbox: Any, tmp_path: Path) -> SandboxPool:
    """A pool with this sandbox."""
    trainings = TrainingCache(tmp_path / "trainings", ["1"])
    pool = SandboxPool(settings=Settings(), data_home=tmp_path, trainings=trainings)
    object.__setattr__(pool, "sandbox", sandbox)
    return pool


def trained(pool: SandboxPool) -> bytes:
    """What a training left behind that a run asks for."""
    with pool.turns.turn() as turn:
        return pool.train(b"a", turn)


def test_a_process_does_one_training_and_is_closed(tmp_path: Path) -> None:
    """The next training gets one of its own."""
    process = Process()
    assert trained(pool_of(Own(process), tmp_path)) == b"a!"
    assert process.is_closed


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        BrokenPipeError(),
        ValueError("no answer"),
        SandboxError("it did not start"),
        RuntimeError("the run was ended from outside by SIGKILL"),
    ],
)
def test_one_that_is_late_dead_or_wrong_costs_nothing(error: Exception, tmp_path: Path) -> None:
    """The kernel trains by itself, and nothing is left."""
    process = Process(error=error)
    assert trained(pool_of(Own(process), tmp_path)) == b""
    assert process.is_closed


def test_who_waits_for_the_training_of_another_makes_room(tmp_path: Path) -> None:
    """One worker is enough: the first run trains, and the second waits, while a third goes on."""
    began, is_trained = threading.Event(), threading.Event()

    class Slow(Process):
        def train(self, description: bytes, seconds: float) -> bytes:
            began.set()
            assert is_trained.wait(10)
            return super().train(description, seconds)

    pool = pool_of(Own(Slow()), tmp_path)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(trained, pool)
        assert began.wait(10)
        pool.turns.limit = 2
        second = threads.submit(trained, pool)
        with pool.turns.turn():
            is_trained.set()
        assert [first.result(10), second.result(10)] == [b"a!", b"a!"]


def test_a_sandbox_that_cannot_be_had_costs_nothing(tmp_path: Path) -> None:
    """What is wrong with it is said of the runs."""
    assert trained(pool_of(Own(IsolationError("there is none")), tmp_path)) == b""


def test_one_that_has_to_load_tensorflow_is_not_used(tmp_path: Path) -> None:
    """The kernel has loaded it already."""
    assert trained(pool_of(Own(Process(is_warm=False)), tmp_path)) == b""


def test_nothing_is_trained_after_the_end(tmp_path: Path) -> None:
    """A kernel may still ask then, and nobody would end what is started."""
    pool = pool_of(Own(AssertionError("it was opened")), tmp_path)
    pool.close()
    assert trained(pool) == b""


def fail(description: bytes) -> bytes:
    raise KeyError(description)


# Such as one whose file was changed: the kernel trains by itself.
DAMAGED = runs.trained(weights=(Array(dtype="float32", shape=(1, 3), data=b"123"),))


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [(fail, KeyError, "a"), (lambda _: DAMAGED, ValueError, "buffer")],
    ids=["no answer", "an answer that cannot be looked at"],
)
def test_a_kernel_is_answered_whatever_goes_wrong(
    answer, error: type[Exception], words: str
) -> None:
    """Otherwise it would wait for ever: no time passes for it meanwhile."""
    near, far = pair()
    with Line(near) as line, Line(far) as kernel:
        job_line = JobLine(line)
        with pytest.raises(error, match=words):
            job_line.answer(TrainingRequest(description=b"a"), answer)
        assert job_line.messages.get_nowait().answer == ""
        assert kernel.receive(TrainingAnswer) == TrainingAnswer()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that limits are measured by, to be moved on."""
    now = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])
    return now


def test_memory_is_measured_while_a_kernel_waits(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else limits it there, and it may do other things than wait."""
    memory = [0]
    monkeypatch.setattr(resource_usage, "used", lambda _: memory[0])
    monkeypatch.setattr(resource_usage, "upper_bound", lambda _: memory[0])
    watch = LimitWatch(Settings(memory_mb=100), psutil.Process())
    watch.pause()
    memory[0] = 101 * 2**20
    now[0] += 2
    stopped = watch.verdict()
    assert stopped.limit == "memory"


def test_a_kernel_that_waits_is_charged_the_training_and_not_the_wait(now: list[float]) -> None:
    """So that a limit is met or not whatever the cache holds."""
    watch = LimitWatch(Settings(seconds=100, cell_seconds=100), None)
    watch.pause()
    now[0] += 150
    assert watch.verdict() is None
    watch.resume(charged=4)
    now[0] += 95
    assert watch.verdict() is None
    now[0] += 2
    assert watch.verdict()


def test_no_kernel_waits_for_ever_without_a_charge(now: list[float]) -> None:
    """Such as one that describes trainings that never end, and works on beside them."""
    watch = LimitWatch(Settings(seconds=100, cell_seconds=100), None)
    free = limits.MAX_FREE_SECONDS
    for _ in range(3):
        watch.pause()
        now[0] += free / 3
        watch.resume(charged=0)
    now[0] += 60
    assert watch.verdict() is None
    watch.pause()
    now[0] += 39
    assert watch.verdict() is None
    now[0] += 2
    assert watch.verdict()
    watch.resume(charged=0)
    assert watch.verdict()


def run_of(weights: np.ndarray, *, replayed: bool = False, loss: float = 0.5) -> Evidence:
    """A run with one training."""
    fit = Fit(number=0, model=0, history={"loss": (loss,)}, training=Examples(), replayed=replayed)
    record = Record(run=Run(seconds=float(replayed)), recorded=Recorded(fits=(fit,)))
    return Evidence(record=record, arrays={"fit-0/w": weights})


def test_a_replay_may_differ_in_nothing_but_its_name_and_times() -> None:
    """Not in the last bit of a weight, nor in a loss, nor in the type of a number."""
    weights = np.array([0.1, 0.2], np.float32)
    own = run_of(weights)
    assert replay_check.is_same(run_of(weights.copy(), replayed=True), own)
    nearly = np.nextafter(weights, np.float32(1))
    for other in (
        run_of(nearly, replayed=True),
        run_of(weights.astype(np.float64), replayed=True),
        run_of(weights, replayed=True, loss=0.25),
        Evidence(record=own.record, arrays={}),
    ):
        assert not replay_check.is_same(other, own)


def test_about_one_program_of_fifty_is_chosen_always_the_same() -> None:
    """By what it is, and by nothing that changes from run to run."""
    chosen = [one for one in map(str, range(5_000)) if replay_check.is_chosen(one)]
    assert len(chosen) == pytest.approx(100, rel=0.5)
    assert chosen == [one for one in map(str, range(5_000)) if replay_check.is_chosen(one)]
