"""An average of the weights of several epochs is told from weights of other origin."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autograder.kernel.recorder.epoch_ends import EpochEnds, off_average
from autograder.kernel.recorder.weight_averaging import WeightAverager

rng = np.random.default_rng(7)
START = rng.normal(size=2_000).astype(np.float32)
# Five epochs on a way with turns.
STEPS = rng.normal(size=(5, 2_000)) + rng.normal(size=2_000)
ENDS = (START + np.cumsum(STEPS, axis=0)).astype(np.float32)
LAST = ENDS[-1]

AVERAGES = {
    "of all": ENDS.mean(axis=0),
    "of the last two": ENDS[-2:].mean(axis=0),
    "weighted": np.average(ENDS, axis=0, weights=[1, 2, 3, 4, 5]),
    "moving": 0.1 * (0.1 * ENDS[0] + 0.9 * ENDS[1]) + 0.9 * ENDS[2],
    "one epoch, rounded": LAST.astype(np.float16),
}
NEAR = {
    "trained on a little": LAST + 0.1 * rng.normal(size=2_000),
    "small weights cut off": np.where(abs(LAST) < 1, 0, LAST),
    # Where the start is small beside the end this is on the way between the two.
    "made smaller": 0.6 * LAST,
}
OTHERS = {
    "of the start": START,
    "zero": 0 * LAST,
    "turned round": -LAST,
    "at random": rng.normal(size=2_000),
    "beyond the last one": 2 * LAST - START,
}


@pytest.mark.parametrize("name", AVERAGES)
def test_an_average_is_none_off(name) -> None:
    assert off_average(AVERAGES[name].astype(np.float32), START, ENDS) < 0.005


@pytest.mark.parametrize("name", NEAR)
def test_what_is_near_is_a_little_off(name) -> None:
    assert 0.005 < off_average(NEAR[name].astype(np.float32), START, ENDS) < 0.25


@pytest.mark.parametrize("name", OTHERS)
def test_other_weights_are_far_off(name) -> None:
    assert off_average(OTHERS[name].astype(np.float32), START, ENDS) > 0.25


def test_an_epoch_that_led_far_away_makes_no_other_weights_an_average() -> None:
    """As one with a huge learning rate does; then training moved the weights by as much."""
    ends = np.array([*ENDS, 1e6 * ENDS[0]])
    assert off_average(OTHERS["at random"].astype(np.float32), START, ends) > 0.25
    assert off_average(AVERAGES["weighted"].astype(np.float32), START, ends) < 0.005


@pytest.mark.parametrize("shape", [(5, 20), (20, 5), (4_000, 20)])
def test_many_epochs_of_few_weights_cost_little(shape) -> None:
    """Within milliseconds: a square of 4,000 would take a minute."""
    ends = rng.normal(size=shape[1]) + rng.normal(size=shape)
    began = time.process_time()
    assert off_average(ends[-2:].mean(axis=0), np.zeros(shape[1]), ends) < 1
    assert time.process_time() - began < 2


def test_epochs_that_moved_nothing_have_no_average() -> None:
    assert off_average(START, START, np.array([START, START])) == np.inf


class Huge:
    """A model of 40 GB, as far as it is asked before its weights are copied."""

    name, trainable, shape = "kernel", True, (10**5, 10**5)
    layers = property(lambda self: [self])
    weights = property(lambda self: [self])
    steps_per_execution = 1

    @property
    def value(self) -> None:
        raise MemoryError


def test_a_model_that_is_too_large_is_never_copied() -> None:
    averager = WeightAverager(lambda: 32, lambda _: None)
    averager.set_model(Huge())
    averager.on_train_begin()
    averager.on_epoch_begin(0)
    averager.on_train_batch_end(0)
    averager.on_epoch_end(0)
    averager.stop()
    assert averager.trouble is None
    assert (averager.epochs, averager.means, averager.states) == (1, {}, ())


def test_of_weights_that_are_no_numbers_nothing_is_said() -> None:
    ends = EpochEnds()
    ends.add(0, 0, [START, *ENDS])
    assert ends.average(LAST * np.nan) is None


def test_epochs_of_several_calls_belong_together() -> None:
    """Those of one model, the number being that of its last training; others do not."""
    ends = EpochEnds()
    for fit, end in enumerate(ENDS):
        ends.add(fit, 0, [START, end])
    ends.add(9, 1, [START, *rng.normal(size=(3, 2_000)).astype(np.float32)])
    ends.add(10, 2, [START[:5], START[:5] + 1])
    found = ends.average(ENDS.mean(axis=0))
    assert found.fit == 4
    assert found.off < 0.005


def test_a_training_without_an_epoch_says_nothing() -> None:
    ends = EpochEnds()
    ends.add(0, 0, [START])
    ends.add(1, 1, [])
    assert ends.average(LAST) is None
