"""Which of the lesson's cards some data is, and what was done to its pixels.

Data is compared with the lesson's own images up to an affine map, one for all pixels or one a
pixel, so that ``x / 255`` and standardised pixels are told for what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograder.dataset import FashionMnist

SAMPLE = 256
# What rounding to float32 and back may leave, as a part of the spread of the values.
TOLERANCE = 2e-3
# A map for each pixel has two unknowns a pixel: fewer cards than this prove nothing.
ENOUGH = 32
# Parts of a sample: above it is that set, below the other one.
NEARLY_ALL = 0.95

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What could be told of some data; the map is ``scale * card + shift``."""

    count: int | None = None
    cards: Literal["training", "validation", "mixed", "unknown"] = "unknown"
    labels: Literal["matching", "mismatched", "none", "unknown"] = "unknown"
    scale: Floats | None = None
    shift: Floats | None = None
    places: tuple[int, ...] | None = None


class Cardbox:
    """The lesson's cards, to find others among them."""

    def __init__(self, data: FashionMnist) -> None:
        self.images = np.concatenate([data.train_images, data.valid_images]).reshape(-1, 784)
        self.labels = np.concatenate([data.train_labels, data.valid_labels])
        self.training = len(data.train_images)

    @cached_property
    def _by_pattern(self) -> dict[bytes, int]:
        patterns = np.concatenate(
            [_patterns(part.astype(np.float32)) for part in np.array_split(self.images, 10)]
        )
        found: dict[bytes, int] = {}
        for place, pattern in enumerate(patterns):
            found.setdefault(pattern.tobytes(), place)
        return found

    def tell(self, x: object, y: object = None, *, count: int | None = None) -> Told:
        """What ``x`` of shape ``(n, ...)`` and its labels ``y`` are; ``count`` overrules ``n``."""
        images = _rows(x)
        if images is None or not len(images):
            return Told()
        total = count or len(images)
        chosen = np.unique(np.linspace(0, len(images) - 1, SAMPLE).astype(int))
        rows = images[chosen].astype(np.float64)
        found = self._in_order(rows, chosen, len(images))
        if found is None:
            found = self._anywhere(rows)
        if found is None:
            return Told(count=total)
        places, scale, shift = found
        inside = float(np.mean(places < self.training))
        whole = len(images) <= SAMPLE
        return Told(
            count=total,
            cards="training"
            if inside >= NEARLY_ALL
            else "validation"
            if inside <= 1 - NEARLY_ALL
            else "mixed",
            labels=self._labels(y, chosen, places),
            scale=scale,
            shift=shift,
            places=tuple(int(one) % self.training for one in places) if whole else None,
        )

    def _in_order(
        self, rows: Floats, chosen: NDArray[Any], count: int
    ) -> tuple[NDArray[Any], Floats, Floats] | None:
        """The whole of a set, or the beginning or end of one, in the order it came in."""
        others = len(self.images) - self.training
        for start, size in ((0, self.training), (self.training, others)):
            for offset in sorted({0, size - count}):
                if count <= size:
                    places = chosen + start + offset
                    if fitted := affine(rows, self.images[places]):
                        return places, *fitted
        return None

    def _anywhere(self, rows: Floats) -> tuple[NDArray[Any], Floats, Floats] | None:
        """Cards in any order, found by the pattern of their light and dark pixels."""
        for sign in (1, -1):
            known = [self._by_pattern.get(one.tobytes()) for one in _patterns(sign * rows)]
            if all(one is not None for one in known):
                places = np.array(known)
                if fitted := affine(rows, self.images[places]):
                    return places, *fitted
        return None

    def _labels(
        self, y: object, chosen: NDArray[Any], places: NDArray[Any]
    ) -> Literal["matching", "mismatched", "none", "unknown"]:
        if y is None:
            return "none"
        labels = np.asarray(y)
        if labels.ndim == 2:
            labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
        if labels.ndim != 1 or not len(labels) or labels.dtype.kind not in "iuf":
            return "unknown"
        given = labels[np.minimum(chosen, len(labels) - 1)]
        same = np.mean(given == self.labels[places])
        return "matching" if same >= NEARLY_ALL else "mismatched"


def affine(rows: Floats, cards: NDArray[np.uint8]) -> tuple[Floats, Floats] | None:
    """``(scale, shift)`` with ``rows = scale * cards + shift``, ``None`` where there is none.

    Both of shape () where one map does for all pixels, else of shape (784,).
    """
    ours = cards.astype(np.float64)
    spread = float(rows.max() - rows.min())
    if not np.isfinite(spread) or spread == 0:
        return None
    deviation = ours - ours.mean()
    scale = float((deviation * (rows - rows.mean())).sum() / (deviation**2).sum())
    shift = float(rows.mean() - scale * ours.mean())
    if scale and np.abs(rows - scale * ours - shift).max() <= TOLERANCE * spread:
        return np.float32(scale)[()] * np.ones((), np.float32), np.full((), shift, np.float32)
    return _affine_by_pixel(rows, ours)


def _affine_by_pixel(rows: Floats, ours: Floats) -> tuple[Floats, Floats] | None:
    if len(rows) < ENOUGH:
        return None
    deviation = ours - ours.mean(axis=0)
    variance = (deviation**2).sum(axis=0)
    scales = (deviation * (rows - rows.mean(axis=0))).sum(axis=0)
    # A pixel that is the same on all the cards looked at says nothing of its scale.
    scales = np.divide(scales, variance, out=np.zeros_like(scales), where=variance > 0)
    shifts = rows.mean(axis=0) - scales * ours.mean(axis=0)
    off = np.abs(rows - scales * ours - shifts).max(axis=0)
    spread = np.maximum(rows.max(axis=0) - rows.min(axis=0), 1e-6)
    if not scales.any() or (off > TOLERANCE * spread).any():
        return None
    return scales.astype(np.float32), shifts.astype(np.float32)


def _patterns(rows: Floats) -> NDArray[np.uint8]:
    """For each row which pixels are lighter than its mean: the same under any positive map."""
    low, high = rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True)
    return np.packbits(rows > rows.mean(axis=1, keepdims=True) + 1e-4 * (high - low), axis=1)


def _rows(x: object) -> NDArray[Any] | None:
    """Images as rows of 784 numbers, without a copy where possible."""
    if hasattr(x, "numpy"):
        x = x.numpy()
    if isinstance(x, list):
        x = np.asarray(x)
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "iuf" or x.ndim < 2:
        return None
    return x.reshape(len(x), 784) if x[:1].size == 784 else None
