"""A training is done once for all who ask, and only a whole answer of the trainer's is stored."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.runs import trained

from autograder.core.training import Array
from autograder.grading.training_cache import TrainingCache


class Trainer:
    """Counts what it is asked for."""

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer or trained()
        self.descriptions: list[bytes] = []

    def __call__(self, description: bytes) -> bytes:
        self.descriptions.append(description)
        return self.answer


def test_all_who_ask_at_once_share_one_training(tmp_path: Path) -> None:
    """The others wait for the first."""
    cache, begun, go_on = TrainingCache(tmp_path, ["1"]), threading.Event(), threading.Event()
    descriptions = []

    def train(description: bytes) -> bytes:
        descriptions.append(description)
        begun.set()
        assert go_on.wait(10)
        return trained()

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(cache.find, b"a", train) for _ in range(4)]
        assert begun.wait(10)
        go_on.set()
        assert {one.result() for one in answers} == {trained()}
    assert descriptions == [b"a"]


def test_a_training_is_found_again_under_the_same_conditions_only(tmp_path: Path) -> None:
    """Another version of TensorFlow may round otherwise."""
    first, later = Trainer(), Trainer(trained(2.0))
    TrainingCache(tmp_path, ["1"]).find(b"a", first)
    assert TrainingCache(tmp_path, ["1"]).find(b"a", later) == trained()
    assert TrainingCache(tmp_path, ["2"]).find(b"a", later) == trained(2.0)
    assert TrainingCache(tmp_path, ["1"]).find(b"b", later) == trained(2.0)
    assert later.descriptions == [b"a", b"b"]


def test_with_force_only_what_was_trained_now_counts(tmp_path: Path) -> None:
    """``--force`` is for those who do not trust what there is."""
    TrainingCache(tmp_path, ["1"]).find(b"a", Trainer())
    cache, again = TrainingCache(tmp_path, ["1"], fresh=True), Trainer(trained(2.0))
    assert {cache.find(b"a", again) for _ in range(2)} == {trained(2.0)}
    assert again.descriptions == [b"a"]


CUT_OFF = Array(dtype="float32", shape=(1, 3), data=b"123")
EMPTY = Array(dtype="float32", shape=(0, 3), data=b"")


@pytest.mark.parametrize(
    "damage",
    [b"", b"x", trained()[:-1], trained(weights=(CUT_OFF,)), trained(weights=(EMPTY,))],
    ids=["empty", "other", "cut off", "an array cut off", "no call"],
)
def test_a_damaged_entry_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    """A disk that was full, a process that was killed."""
    TrainingCache(tmp_path, ["1"]).find(b"a", Trainer())
    (entry,) = (path for path in tmp_path.rglob("*") if path.is_file())
    entry.write_bytes(damage)
    assert TrainingCache(tmp_path, ["1"]).find(b"a", Trainer(trained(2.0))) == trained(2.0)


def test_no_answer_is_not_stored_and_no_error_stays(tmp_path: Path) -> None:
    """The next one asks again."""
    cache = TrainingCache(tmp_path, ["1"])
    assert cache.find(b"a", lambda _: b"") == b""

    def broken(_: bytes) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.find(b"a", broken)
    assert cache.find(b"a", Trainer()) == trained()


def test_a_disk_that_cannot_be_written_costs_speed_only(tmp_path: Path) -> None:
    """The answer is given anyway."""
    (tmp_path / "full").write_text("a file, where a folder should be")
    assert TrainingCache(tmp_path / "full", ["1"]).find(b"a", Trainer()) == trained()
