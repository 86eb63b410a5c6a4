"""How rows of numbers were made from images: the affine map between them, if there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# What rounding, to half precision at most, may leave, as a part of the spread of the values.
TOLERANCE = 2e-3
# A map for each pixel has two unknowns a pixel: fewer images than this prove nothing.
ENOUGH = 32

Floats = NDArray[np.floating[Any]]


def affine(rows: Floats, images: NDArray[Any]) -> tuple[Floats, Floats] | None:
    """Return ``(scale, shift)`` with ``rows = scale * images + shift``, or ``None``.

    Both have shape () where one map does for all pixels, else shape (pixels,).
    """
    floats = images.astype(np.float64)
    spread = float(rows.max() - rows.min())
    deviation = floats - floats.mean()
    variance = float((deviation**2).sum())
    if not np.isfinite(spread) or not spread or not variance:
        return None
    scale = float((deviation * (rows - rows.mean())).sum() / variance)
    shift = float(rows.mean() - scale * floats.mean())
    if scale and np.abs(rows - scale * floats - shift).max() <= TOLERANCE * spread:
        return np.array(scale, np.float32), np.array(shift, np.float32)
    return _by_pixel(rows, floats)


def _by_pixel(rows: Floats, images: Floats) -> tuple[Floats, Floats] | None:
    if len(rows) < ENOUGH:
        return None
    deviation = images - images.mean(axis=0)
    variance = (deviation**2).sum(axis=0)
    scales = (deviation * (rows - rows.mean(axis=0))).sum(axis=0)
    # A pixel that is the same on all these images says nothing of its scale.
    scales = np.divide(scales, variance, out=np.zeros_like(scales), where=variance > 0)
    shifts = rows.mean(axis=0) - scales * images.mean(axis=0)
    off = np.abs(rows - scales * images - shifts).max(axis=0)
    spread = np.maximum(rows.max(axis=0) - rows.min(axis=0), 1e-6)
    if not scales.any() or (off > TOLERANCE * spread).any():
        return None
    return scales.astype(np.float32), shifts.astype(np.float32)
