"""The distribution of one number over many runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_NUMBER = "nan"


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How many runs classified each number of ``images`` correctly.

    ``lost`` runs have no accuracy: their weights were no longer numbers.
    """

    images: int
    counts: Mapping[int, int]
    lost: int = 0

    @classmethod
    def of(cls, images: int, correct: Iterable[int | None]) -> Distribution:
        """Count the images that each run classified correctly, ``None`` for a run that is lost."""
        runs = list(correct)
        finished = sorted(one for one in runs if one is not None)
        return cls(images=images, counts=Counter(finished), lost=len(runs) - len(finished))

    @classmethod
    def read(cls, images: int, stored: Mapping[str, int]) -> Distribution:
        """Read what :meth:`stored` wrote."""
        counts = {int(one): runs for one, runs in stored.items() if one != NO_NUMBER}
        return cls(images=images, counts=counts, lost=stored.get(NO_NUMBER, 0))

    def stored(self) -> dict[str, int]:
        """Return the distribution as plain JSON."""
        lost = {NO_NUMBER: self.lost} if self.lost else {}
        return {**{str(one): runs for one, runs in self.counts.items()}, **lost}

    @property
    def runs(self) -> int:
        """The number of runs, including the lost ones."""
        return sum(self.counts.values()) + self.lost

    @property
    def values(self) -> NDArray[np.float64]:
        """The accuracy of each run that is not lost, lowest first."""
        correct = np.repeat(list(self.counts), list(self.counts.values()))
        return np.sort(correct) / self.images

    @property
    def mean(self) -> float:
        """The mean accuracy."""
        return float(self.values.mean())

    @property
    def sd(self) -> float:
        """The standard deviation of the accuracy between runs."""
        return float(self.values.std(ddof=1))

    def above(self, threshold: float) -> float:
        """Return how many standard deviations the mean lies above a threshold (a fraction)."""
        return (
            (self.mean - threshold) / self.sd
            if self.sd
            else math.copysign(math.inf, self.mean - threshold)
        )

    def below(self, threshold: float) -> int:
        """Count the runs below this threshold (a fraction), including the lost ones."""
        below = (n for one, n in self.counts.items() if one / self.images < threshold)
        return sum(below) + self.lost

    def central(self, share: float) -> tuple[float, float]:
        """Return the two accuracies between which the central ``share`` of the runs lies."""
        low, high = np.quantile(self.values, [(1 - share) / 2, (1 + share) / 2], method="nearest")
        return float(low), float(high)
