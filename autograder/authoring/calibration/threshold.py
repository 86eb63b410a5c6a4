"""The rule by which the threshold follows from the runs.

The threshold of a dataset is the highest whole per cent, no higher than the course wishes, at which
every right recipe keeps the promise: it fails at most one student in a thousand. A recipe keeps it

- if the share of its runs below the threshold is at most 0.1 %, with 95 % confidence; or,
- if it has too few runs to show that even with none below the threshold, when none is, and the
  threshold lies at least ``MARGIN`` standard deviations below its mean (beyond that lies one run in
  30,000 of a normal distribution).

As wrong recipes lie lower, the highest such threshold separates them best.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.authoring.calibration.statistics import rate
from autograder.core.distribution import Distribution
from autograder.core.errors import StudyError

PROMISE = 0.001
MARGIN = 4.0
LOWEST = 0.5


def choose_threshold(right: Mapping[str, Distribution], wish: float) -> float:
    """Return the threshold for these right recipes, by the rule above.

    Raises:
        StudyError: there is none, or a recipe has fewer than two runs.
    """
    for percent in range(round(wish * 100), round(LOWEST * 100) - 1, -1):
        if all(keeps_promise(one, percent / 100) for one in right.values()):
            return percent / 100
    raise StudyError(
        f"No threshold from {wish:.0%} down to {LOWEST:.0%} is fair to every right recipe."
    )


def are_enough(runs: int) -> bool:
    """Return whether this number of runs can show that a recipe keeps the promise."""
    return rate(0, runs).upper_limit <= PROMISE


def keeps_promise(spread: Distribution, threshold: float) -> bool:
    """Return whether a right recipe fails rarely enough at this threshold."""
    below = spread.below(threshold)
    if are_enough(spread.runs):
        return rate(below, spread.runs).upper_limit <= PROMISE
    return not below and spread.above(threshold) >= MARGIN
