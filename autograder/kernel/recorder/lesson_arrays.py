"""Arrays that are the lesson's own after a known operation: recognised, and made again.

What is recognised is compared bit by bit: ``x / 255`` is not ``x * (1 / 255)``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.core.training import LessonArray
from autograder.datasets import Images

ARRAYS = ("train_images", "train_labels", "valid_images", "valid_labels")
RAW = "none"
Operation = Callable[[NDArray[Any]], NDArray[Any]]
# Each works on every number by itself: it may come before or after a slice or a reshape.
OPERATIONS: dict[str, Operation] = {
    RAW: lambda array: array,
    "/ 255": lambda array: array / 255,
    "float32": lambda array: array.astype(np.float32),
    "float32, / 255": lambda array: array.astype(np.float32) / 255,
    "float64": lambda array: array.astype(np.float64),
    "int32": lambda array: array.astype(np.int32),
    "int64": lambda array: array.astype(np.int64),
}
# Rows that are compared first, and at a time.
FEW, MANY = 8, 256


def recognise(array: object, images: Images) -> LessonArray | None:
    """Return which array of the lesson's this is, ``None`` where it is no such array."""
    if type(array) is not np.ndarray or not array.ndim or not len(array):
        return None
    return next((one for one in _candidates(array, images) if _is_same(array, one, images)), None)


def make(described: LessonArray, images: Images) -> NDArray[Any]:
    """Return the array that is described.

    Raises:
        ValueError: there is no such array.
    """
    if described.name not in ARRAYS or described.operation not in OPERATIONS:
        raise ValueError("an array that is not the lesson's")
    rows = getattr(images, described.name)[described.start : described.stop]
    array = OPERATIONS[described.operation](rows)
    # A copy of its own where nothing was done to it: as a student's it can be written to.
    return np.array(array.reshape(described.shape))


def _candidates(array: NDArray[Any], images: Images) -> Iterator[LessonArray]:
    count = len(array)
    for name, (operation, make_again) in itertools.product(ARRAYS, OPERATIONS.items()):
        source = getattr(images, name)
        if count > len(source) or math.prod(array.shape[1:]) != math.prod(source.shape[1:]):
            continue
        if make_again(source[:1]).dtype != array.dtype:
            continue
        for start in sorted({0, len(source) - count}):
            yield LessonArray(
                name=name,
                start=start,
                stop=start + count,
                operation=operation,
                shape=array.shape,
            )


def _is_same(array: NDArray[Any], candidate: LessonArray, images: Images) -> bool:
    source = getattr(images, candidate.name)[candidate.start : candidate.stop]
    # All black rows look alike after most operations: some from all over tell more.
    few: Any = np.linspace(0, len(array) - 1, FEW).astype(int)
    parts: Iterator[Any] = (slice(start, start + MANY) for start in range(0, len(array), MANY))
    bits = np.dtype(f"u{array.itemsize}")
    # Of each of the 256 numbers what becomes of it.
    table = OPERATIONS[candidate.operation](np.arange(256, dtype=np.uint8)).view(bits)
    is_raw = candidate.operation == RAW
    return all(
        np.array_equal(
            np.ascontiguousarray(array[part]).view(bits).ravel(),
            (source[part] if is_raw else table[source[part]]).ravel(),
        )
        for part in (few, *parts)
    )
