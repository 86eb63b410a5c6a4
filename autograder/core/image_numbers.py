"""Numbers of each image by which people scale it, for those who look for them and who use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import PerImage

Floats = NDArray[np.floating[Any]]
Spread = Literal["std", "max", "range", "norm", "mean"]
Centre = Literal["none", "mean", "min"]

# Of images of shape (n, pixels): shape (n,).
SPREADS: Mapping[Spread, Callable[[Floats], Floats]] = {
    "std": lambda images: images.std(axis=1),
    "max": lambda images: images.max(axis=1),
    "range": lambda images: np.ptp(images, axis=1),
    "norm": lambda images: np.sqrt((images**2).sum(axis=1)),
    "mean": lambda images: images.mean(axis=1),
}
CENTRES: Mapping[Centre, Callable[[Floats], Floats]] = {
    "none": lambda images: np.zeros(len(images)),
    "mean": lambda images: images.mean(axis=1),
    "min": lambda images: images.min(axis=1),
}


def spread_over(count: int, size: int) -> NDArray[np.intp]:
    """Return the places of *size* of *count* things, from all over them and in order."""
    return np.arange(size) * count // max(size, 1)


def scaled_by_image(images: NDArray[Any], scaling: PerImage) -> NDArray[np.float32]:
    """Return images of shape (n, pixels), each scaled by its own numbers."""
    exact = images.astype(np.float64)
    with np.errstate(all="ignore"):
        spread = SPREADS[scaling.spread](exact) ** scaling.power
        divisor = (scaling.slope * spread + scaling.offset) ** (1 / scaling.power)
        centre = CENTRES[scaling.centre](exact)
        scaled = (exact - centre[:, None]) / divisor[:, None] + scaling.shift
        return scaled.astype(np.float32)
