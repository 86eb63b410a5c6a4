"""What identifies an image among others: its pattern of light and dark pixels, and its digest."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray


def patterns(rows: NDArray[Any]) -> NDArray[np.uint8]:
    """Return which pixels of each row are lighter than its mean: the same under a positive map."""
    if rows.dtype == np.uint8:
        # As below, four times as fast.
        sums = rows.sum(axis=1, keepdims=True, dtype=np.uint32)
        return np.packbits(rows > (sums // rows.shape[1]).astype(np.uint8), axis=1)
    spread = np.float64(1) * rows.max(axis=1, keepdims=True) - rows.min(axis=1, keepdims=True)
    # How far above the mean, as a part of the image's range. In images of whole numbers no pixel
    # comes near: the sums of all pixels differ by 1, and this is half of it at most.
    light = 0.5 / (255 * rows.shape[1])
    mean = rows.mean(axis=1, keepdims=True, dtype=np.float64)
    return np.packbits(rows > mean + light * spread, axis=1)


def row_digests(rows: NDArray[Any]) -> NDArray[np.uint64]:
    """Return a number for each row, another one for another row: all rows in one pass."""
    content = np.ascontiguousarray(rows).view(np.uint8)
    if beyond := content.shape[1] % 4:
        content = np.pad(content, ((0, 0), (0, 4 - beyond)))
    # In words of 32 bits: of pixels as 64-bit floats only the first bits differ, and those of a
    # longer word would be lost in the product.
    words = content.view(np.uint32)
    digests: NDArray[np.uint64] = np.einsum("ij,j->i", words, _multipliers(words.shape[1]))
    return digests


@functools.lru_cache(maxsize=4)
def _multipliers(count: int) -> NDArray[np.uint64]:
    chosen = np.random.default_rng(seed=1).integers(2**63, size=count, dtype=np.uint64)
    return 2 * chosen + np.uint64(1)
