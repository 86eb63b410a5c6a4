"""What flowed through a stream of examples: each image's pattern and label, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kernel.recorder.image_patterns import patterns, row_digests

# Examples of a stream that are looked at, of more only the first, and the numbers in one of them.
MAX_TALLIED = 200_000
MAX_PIXELS = 64 * 64


class StreamTally:
    """Every example of a stream, however many epochs of it flow: a pattern and a label each.

    In batches of 32 it costs 3 to 6 microseconds for an example that is new, by the type of its
    numbers, and 1 to 2 for one that was seen before. That TensorFlow hands each batch over costs
    7 more.
    """

    def __init__(self) -> None:
        self._digests: set[int] = set()
        self._patterns: list[bytes] = []
        self._labels: list[int] = []

    @property
    def is_complete(self) -> bool:
        """Whether none was left out for being one too many."""
        return len(self._patterns) < MAX_TALLIED

    @property
    def labels(self) -> NDArray[np.int64]:
        """The label of each example, -1 where it has none."""
        return np.array(self._labels, np.int64)

    def add(self, images: NDArray[Any], labels: NDArray[Any]) -> None:
        """Take note of a batch of images, and of their labels if there are as many."""
        rows = images.reshape(len(images), -1)
        if not self.is_complete or rows.shape[1] > MAX_PIXELS:
            return
        fresh = {
            key: at for at, key in enumerate(row_digests(rows).tolist()) if key not in self._digests
        }
        if not fresh:
            return
        self._digests.update(fresh)
        new = list(fresh.values())
        classes = class_labels(labels) if len(labels) == len(images) else np.full(len(images), -1)
        self._labels += [int(one) for one in classes[new]]
        self._patterns += map(bytes, patterns(rows[new]))

    def indices(self, by_pattern: Mapping[bytes, int]) -> NDArray[np.int64]:
        """Return the position of each example among the course's images, -1 where it is none."""
        found = np.array([by_pattern.get(one, -1) for one in self._patterns], np.int64)
        if len(found) and not (found >= 0).any():
            # Light and dark may have changed places.
            turned = (np.bitwise_not(np.frombuffer(one, np.uint8)) for one in self._patterns)
            found = np.array([by_pattern.get(one.tobytes(), -1) for one in turned], np.int64)
        return found


def class_labels(y: object) -> NDArray[Any]:
    """Return labels as numbers of classes, also those that were made one-hot."""
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.size:
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    return labels
