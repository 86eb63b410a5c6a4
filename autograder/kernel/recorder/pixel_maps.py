"""How rows of numbers were made from images: the map between them, if there is one."""

from __future__ import annotations

import itertools
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import PerImage
from autograder.core.image_numbers import CENTRES, SPREADS, Floats

# What rounding, to half precision at most, may leave, as a part of the spread of the values.
TOLERANCE = 2e-3
# A map for each pixel has two unknowns a pixel: fewer images than this prove nothing.
ENOUGH = 32

POWERS: tuple[Literal[1, 2], ...] = (1, 2)
LEVELS = 256


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


def per_image(rows: Floats, images: NDArray[Any]) -> PerImage | None:
    """Return the map that scales each image by a number of its own, or ``None``.

    Args:
        rows: shape ``(n, pixels)``, what the images were made into.
        images: shape ``(n, pixels)``.
    """
    if len(rows) < ENOUGH or not np.isfinite(rows).all():
        return None
    images = images.astype(np.float64)
    centred = images - images.mean(axis=1, keepdims=True)
    varied = (centred**2).sum(axis=1)
    spread = rows.max(axis=1) - rows.min(axis=1)
    if not varied.all() or not spread.all():
        return None
    scale = (centred * rows).sum(axis=1) / varied
    shift = rows.mean(axis=1) - scale * images.mean(axis=1)
    off = np.abs(rows - scale[:, None] * images - shift[:, None]).max(axis=1)
    if (off > TOLERANCE * spread).any() or (scale <= 0).any():
        return None
    for power, (name, number) in itertools.product(POWERS, SPREADS.items()):
        line = _line(number(images) ** power, 1 / scale**power)
        if line is None:
            continue
        for centre, middle in CENTRES.items():
            left = shift + scale * middle(images)
            if np.ptp(left) <= TOLERANCE * spread.max():
                return PerImage(
                    spread=name,
                    power=power,
                    slope=line[0],
                    offset=line[1],
                    centre=centre,
                    shift=float(left.mean()),
                )
    return None


def _line(x: Floats, y: Floats) -> tuple[float, float] | None:
    """Return the slope and offset of a line through all points, or ``None``."""
    slope, offset = (float(one) for one in np.polyfit(x, y, 1))
    return (slope, offset) if (np.abs(slope * x + offset - y) <= TOLERANCE * y).all() else None


def table(rows: Floats, images: NDArray[np.uint8]) -> Floats | None:
    """Return the number that each brightness became, shape (256,), or ``None``.

    A brightness that none of the images has lies on the line between its neighbours.
    """
    spread = float(rows.max() - rows.min())
    if rows.shape != images.shape or not np.isfinite(spread) or not spread:
        return None
    flat = images.ravel()
    seen = np.bincount(flat, minlength=LEVELS)
    sums = np.bincount(flat, weights=rows.ravel(), minlength=LEVELS)
    known = np.flatnonzero(seen)
    means = np.interp(np.arange(LEVELS), known, sums[known] / seen[known])
    if np.abs(rows - means[images]).max() > TOLERANCE * spread:
        return None
    return means.astype(np.float32)
