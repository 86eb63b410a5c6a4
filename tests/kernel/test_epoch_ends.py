"""An average of the weights of several epochs is told from weights of other origin."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.kernel.recorder.epoch_ends import EpochEnds, off_average

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
    # Where the start is small beside the end this is nearly half way between the two.
    "halved": LAST / 2,
}
OTHERS = {
    "of the start": START,
    "nought": 0 * LAST,
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
    assert found is not None
    assert found.fit == 4
    assert found.off < 0.005


def test_a_training_without_an_epoch_says_nothing() -> None:
    ends = EpochEnds()
    ends.add(0, 0, [START])
    ends.add(1, 1, [])
    assert ends.average(LAST) is None
