"""Looks at data while it flows into a model. A stream is never iterated for our own sake."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from autograder.recorder.fingerprint import SAMPLE, Cardbox, Told


class Tap:
    """What was seen of some data: all of an array, the first cards of a stream."""

    def __init__(self, x: Any, y: Any = None) -> None:
        self._images: list[NDArray[Any]] = []
        self._labels: list[NDArray[Any]] = []
        self._kept = 0
        self._flowed = 0
        self.batch_size: int | None = None
        self._array = (x, y)
        self.data = x
        if isinstance(x, tf.data.Dataset):
            self.data = x.map(self._through)
        elif isinstance(x, Generator | Iterator):
            self.data = self._generated(x)

    @property
    def streams(self) -> bool:
        """Whether the data is tapped as it flows."""
        return self.data is not self._array[0]

    def tell(self, box: Cardbox, *, passes: int = 1) -> Told:
        """What the data was; ``passes`` is how often the whole of it went by."""
        if not self.streams:
            return box.tell(*self._array)
        if not self._images:
            return Told()
        labels = np.concatenate(self._labels) if self._labels else None
        count = round(self._flowed / max(passes, 1))
        return box.tell(np.concatenate(self._images), labels, count=count)

    def _through(self, *batch: Any) -> Any:
        # The identity depends on the note, so that it is taken when the batch is.
        images, labels = batch[0], batch[1] if len(batch) > 1 else tf.zeros((0,))
        if not (tf.is_tensor(images) and tf.is_tensor(labels)):
            return batch
        noted = tf.numpy_function(self._note, [images, labels], tf.int64)
        with tf.control_dependencies([noted]):
            through = tf.nest.map_structure(tf.identity, batch)
        return through if len(batch) > 1 else through[0]

    def _generated(self, batches: Iterator[Any]) -> Generator[Any, None, None]:
        for batch in batches:
            if isinstance(batch, tuple) and len(batch) > 1:
                self._note(np.asarray(batch[0]), np.asarray(batch[1]))
            yield batch

    def _note(self, images: NDArray[Any], labels: NDArray[Any]) -> np.int64:
        self._flowed += len(images)
        if self.batch_size is None:
            self.batch_size = len(images)
        if self._kept < SAMPLE:
            self._kept += len(images)
            # Copies: TensorFlow may use the memory again.
            self._images.append(images[:SAMPLE].copy())
            if len(labels):
                self._labels.append(labels[:SAMPLE].copy())
        return np.int64(0)
