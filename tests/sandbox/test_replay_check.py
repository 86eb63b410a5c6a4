"""Runs that replayed a training are compared with others to the last bit, a few of all."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.core.evidence import Evidence, Examples, Fit, Record, Recorded, Run
from autograder.sandbox import replay_check


def evidence(weights: np.ndarray, *, replayed: bool = False, loss: float = 0.5) -> Evidence:
    """A run with one training."""
    fit = Fit(number=0, model=0, history={"loss": (loss,)}, training=Examples(), replayed=replayed)
    record = Record(run=Run(seconds=float(replayed)), recorded=Recorded(fits=(fit,)))
    return Evidence(record=record, arrays={"fit-0/w": weights})


def test_a_replay_may_differ_in_nothing_but_its_name_and_times() -> None:
    """Not in the last bit of a weight, nor in a loss, nor in the type of a number."""
    weights = np.array([0.1, 0.2], np.float32)
    own = evidence(weights)
    assert replay_check.is_same(evidence(weights.copy(), replayed=True), own)
    nearly = np.nextafter(weights, np.float32(1))
    for other in (
        evidence(nearly, replayed=True),
        evidence(weights.astype(np.float64), replayed=True),
        evidence(weights, replayed=True, loss=0.25),
        Evidence(record=own.record, arrays={}),
    ):
        assert not replay_check.is_same(other, own)


def test_about_one_program_of_fifty_is_chosen_always_the_same() -> None:
    """By what it is, and by nothing that changes from run to run."""
    chosen = [one for one in map(str, range(5_000)) if replay_check.is_chosen(one)]
    assert len(chosen) == pytest.approx(100, rel=0.5)
    assert chosen == [one for one in map(str, range(5_000)) if replay_check.is_chosen(one)]
