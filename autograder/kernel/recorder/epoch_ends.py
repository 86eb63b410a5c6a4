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
from autograder.kernel.recorder.model_description import named_trainable, values_of

MAX_BYTES = 64 * 2**20
# A share below 0 is no share; this is for rounding.
ROUNDING = 0.05

Vector = NDArray[np.float32]


def vector_of(subject: keras.Model) -> Vector:
    """Return all weights that a model learns, one after the other."""
    parts = [values_of(one).ravel() for one in named_trainable(subject).values()]
    return np.concatenate(parts, dtype=np.float32) if parts else np.zeros(0, np.float32)


class EpochEnds:
    """The weights before trainings and at the ends of their epochs; the oldest are forgotten."""

    def __init__(self) -> None:
        self._ends: dict[int, tuple[int, list[Vector]]] = {}

    def add(self, fit: int, model: int, weights: list[Vector]) -> None:
        """Store the weights of a training: the first are those from which it started."""
        self._ends[fit] = (model, weights)
        while sum(one.nbytes for _, some in self._ends.values() for one in some) > MAX_BYTES:
            del self._ends[next(iter(self._ends))]

    def average(self, weights: Vector) -> Average | None:
        """Return of which training these weights are an average, or nearly one."""
        found = []
        for model in {model for model, _ in self._ends.values()}:
            fits = {fit: some for fit, (owner, some) in self._ends.items() if owner == model}
            ends = [one for some in fits.values() for one in some[1:]]
            first = next(iter(fits.values()))[:1]
            if ends and first and {one.shape for one in (*ends, *first)} == {weights.shape}:
                off = off_average(weights, first[0], np.array(ends))
                found.append((off, max(fits)))
        off, fit = min(found, default=(np.inf, 0))
        return Average(fit=fit, off=off) if np.isfinite(off) else None


def off_average(weights: Vector, start: Vector, ends: NDArray[Any]) -> float:
    """Return how far weights are from an average of those at the ends of epochs.

    It is a part of how far training moved them: 0 for an average, 1 for the weights at the start.

    Args:
        weights: shape (n,).
        start: those before training, shape (n,).
        ends: those at the ends of epochs, shape (epochs, n).
    """
    last = ends[-1].astype(np.float64)
    moved = float(np.linalg.norm(ends - start, axis=1).max())
    target, ways = weights - last, ends[:-1] - last
    off = float(np.linalg.norm(weights - ends, axis=1).min())
    if not np.isfinite(off) or not np.isfinite(moved) or not moved:
        return float("inf")
    if len(ways):
        shares = np.linalg.lstsq(ways @ ways.T, ways @ target, rcond=1e-12)[0]
        if shares.min() >= -ROUNDING and shares.sum() <= 1 + ROUNDING:
            off = min(off, float(np.linalg.norm(target - shares @ ways)))
    return off / moved
