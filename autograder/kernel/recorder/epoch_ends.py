"""The weights at the ends of epochs, to tell an average of them from weights of other origin.

Averaging the weights of several epochs by hand is training, too (Izmailov and others 2018,
"Averaging weights leads to wider optima and better generalization").
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Average
from autograder.kernel.recorder.model_description import named_trainable, too_large, values_of

MAX_BYTES = 64 * 2**20
# A share below 0 is no share; this is for rounding.
ROUNDING = 0.05

Vector = NDArray[np.float32]


def vector_of(subject: keras.Model) -> Vector:
    """Return all weights that a model learns, one after the other; none where they are too many."""
    trainable = named_trainable(subject).values()
    if too_large(trainable):
        return np.zeros(0, np.float32)
    parts = [values_of(one).ravel() for one in trainable]
    return np.concatenate(parts, dtype=np.float32) if parts else np.zeros(0, np.float32)


class EpochEnds:
    """The weights before trainings and at the ends of their epochs; the oldest are forgotten."""

    def __init__(self) -> None:
        # Of each training: its model, the first one of its chain, and the weights.
        self._ends: dict[int, tuple[int, int, list[Vector]]] = {}

    def add(self, fit: int, model: int, weights: list[Vector]) -> None:
        """Store the weights of a training: the first are those from which it started.

        It belongs to the chain of an earlier one of the model if that had these weights, too. An
        average of what was set between trainings is no training.
        """
        chains = (
            chain
            for owner, chain, some in self._ends.values()
            for start in weights[:1]
            if owner == model and any(np.array_equal(one, start) for one in some)
        )
        self._ends[fit] = (model, next(chains, fit), weights)
        while sum(one.nbytes for *_, some in self._ends.values() for one in some) > MAX_BYTES:
            del self._ends[next(iter(self._ends))]

    def average(self, weights: Vector) -> Average | None:
        """Return of which training these weights are an average, or nearly one."""
        found = []
        for chain in {chain for _, chain, _ in self._ends.values()}:
            fits = {fit: some for fit, (_, own, some) in self._ends.items() if own == chain}
            ends = [one for some in fits.values() for one in some[1:]]
            first = next(iter(fits.values()))[:1]
            if ends and first and {one.shape for one in (*ends, *first)} == {weights.shape}:
                off = off_average(weights, first[0], np.array(ends))
                found.append((off, max(fits)))
        off, fit = min(found, default=(np.inf, 0))
        return Average(fit=fit, off=off) if np.isfinite(off) else None


def off_average(weights: Vector, start: Vector, ends: NDArray[Any]) -> float:
    """Return how far weights are from an average of those at the ends of epochs.

    It is a part of how far that average is from the start: 0 for an average, 1 for the weights at
    the start. Other epochs may have led much further.

    Args:
        weights: shape (n,).
        start: those before training, shape (n,).
        ends: those at the ends of epochs, shape (epochs, n).
    """
    if not np.isfinite(weights).all() or not np.isfinite(ends).all():
        return float("inf")

    def off(average: NDArray[Any]) -> float:
        moved = np.linalg.norm(average - start)
        return float(np.linalg.norm(weights - average) / moved) if moved else float("inf")

    found = min(map(off, ends))
    nearest = np.linalg.norm(weights - ends, axis=1).argmin()
    base = ends[nearest].astype(np.float64)
    ways = np.delete(ends, nearest, axis=0) - base
    lengths = np.linalg.norm(ways, axis=1)
    ways, lengths = ways[lengths > 0], lengths[lengths > 0]
    if len(ways):
        # Each of length 1: else the longest one would hide the others. Of few weights there may be
        # many epochs: the smaller side decides what it costs.
        units, target = ways / lengths[:, None], weights - base
        few = len(units) <= len(target)
        sides = (units @ units.T, units @ target) if few else (units.T, target)
        shares = np.linalg.lstsq(*sides, rcond=1e-12)[0] / lengths
        if shares.min() >= -ROUNDING and shares.sum() <= 1 + ROUNDING:
            found = min(found, off(base + shares @ ways))
    return found
