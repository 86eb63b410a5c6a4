"""How rows of numbers were made from cards: the affine map between them, if there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# What rounding, to half precision at most, may leave, as a part of the spread of the values.
TOLERANCE = 2e-3
# A map for each pixel has two unknowns a pixel: fewer cards than this prove nothing.
ENOUGH = 32

Floats = NDArray[np.floating[Any]]


def affine(rows: Floats, cards: NDArray[np.uint8]) -> tuple[Floats, Floats] | None:
    """``(scale, shift)`` with ``rows = scale * cards + shift``, ``None`` where there is none.

    Both of shape () where one map does for all pixels, else of shape (784,).
    """
    ours = cards.astype(np.float64)
    spread = float(rows.max() - rows.min())
    deviation = ours - ours.mean()
    variance = float((deviation**2).sum())
    if not np.isfinite(spread) or not spread or not variance:
        return None
    scale = float((deviation * (rows - rows.mean())).sum() / variance)
    shift = float(rows.mean() - scale * ours.mean())
    if scale and np.abs(rows - scale * ours - shift).max() <= TOLERANCE * spread:
        return np.array(scale, np.float32), np.array(shift, np.float32)
    return _by_pixel(rows, ours)


def _by_pixel(rows: Floats, ours: Floats) -> tuple[Floats, Floats] | None:
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
