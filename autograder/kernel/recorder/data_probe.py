"""Probes data while it flows into a model. A stream is never iterated only for recording."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from types import GeneratorType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from autograder.kernel.recorder.data_matching import SAMPLE, DataMatch, DatasetIndex
from autograder.kernel.recorder.stream_tally import StreamTally


class DataProbe:
    """What was seen of some data: all of an array, and of a stream all that flowed.

    ``data`` is what the model should be given instead of the first of the ``array``; the second are
    its labels.
    """

    def __init__(self, x: Any, y: Any = None) -> None:
        self._images: list[NDArray[Any]] = []
        self._labels: list[NDArray[Any]] = []
        self._sampled = 0
        self._flowed = 0
        self._tally = StreamTally()
        self._lock = threading.Lock()
        # A data set of Keras is also asked for batches of which only the shapes are looked at.
        self._sizes: dict[int, int] = {}
        self._in_a_pass: int | None = None
        self.batch_size: int | None = None
        self.array = (x, y)
        self.data = x
        if isinstance(x, tf.data.Dataset):
            # What cannot be probed flows unobserved, and stays unknown.
            with contextlib.suppress(Exception):
                # Not converted: in Python 3.13 TensorFlow would warn 160 times.
                self.data = x.map(tf.autograph.experimental.do_not_convert(self._through))
        elif isinstance(x, keras.utils.PyDataset):
            with contextlib.suppress(Exception):
                self.data = _ProbedDataset(x, self._batch)
        # Keras takes no other kind of iterator.
        elif isinstance(x, GeneratorType):
            self.data = self._generated(x)

    @property
    def streams(self) -> bool:
        """Whether the data is probed as it flows."""
        return self.data is not self.array[0]

    def passed(self) -> None:
        """Note that all of the data has gone by once."""
        if self._in_a_pass is None:
            self._in_a_pass = self._flowed

    def identify(self, index: DatasetIndex) -> DataMatch:
        """Find out what the data was."""
        match = index.identify(*self._examples)
        if not (self.streams and self._images):
            return match
        # The number is known only if all images went by.
        return index.over_all(replace(match, count=self._in_a_pass), self._tally)

    def identify_training(self, index: DatasetIndex) -> DataMatch:
        """Find out what the data was, with a closer look for validation images among it."""
        return index.look_again(self.identify(index), *self._examples)

    @property
    def _examples(self) -> tuple[Any, Any]:
        """All of an array, and of a stream what is looked at first; and their labels."""
        if not self.streams:
            return self.array
        images = np.concatenate(self._images) if self._images else None
        return images, np.concatenate(self._labels) if self._labels else None

    def _through(self, *batch: Any) -> Any:
        images, labels = batch[0], batch[1] if len(batch) > 1 else tf.zeros((0,))
        if not (isinstance(images, tf.Tensor) and isinstance(labels, tf.Tensor)):
            return batch if len(batch) > 1 else images
        # The identity depends on the note, so that it is taken when the batch is.
        noted = tf.numpy_function(self._note, [images, labels], tf.int64)
        with tf.control_dependencies([noted]):
            through = tf.nest.map_structure(tf.identity, batch)
        return through if len(batch) > 1 else through[0]

    def _generated(self, batches: Generator[Any, Any, Any]) -> Generator[Any, None, None]:
        for batch in batches:
            self._note_pair(batch)
            yield batch

    def _batch(self, number: int, batch: Any) -> None:
        with contextlib.suppress(Exception), self._lock:
            self._note_pair(batch)
            self._sizes[number] = len(batch[0])
            self._flowed = sum(self._sizes.values())

    def _note_pair(self, batch: Any) -> None:
        with contextlib.suppress(Exception):
            if isinstance(batch, tuple | list) and len(batch) > 1:
                self._note(np.asarray(batch[0]), np.asarray(batch[1]))

    def _note(self, images: NDArray[Any], labels: NDArray[Any]) -> np.int64:
        # Raised in here, an error would end the student's training.
        with contextlib.suppress(Exception):
            self._flowed += len(images)
            self._tally.add(images, labels)
            if self.batch_size is None:
                self.batch_size = len(images)
            if self._sampled < SAMPLE:
                self._sampled += len(images)
                # Copies: TensorFlow may use the memory again.
                self._images.append(images[:SAMPLE].copy())
                if len(labels):
                    self._labels.append(labels[:SAMPLE].copy())
        return np.int64(0)


class _ProbedDataset(keras.utils.PyDataset):
    """A data set of Keras that notes each batch it is asked for, with the batch's number."""

    def __init__(self, dataset: keras.utils.PyDataset, note: Callable[[int, Any], None]) -> None:
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self._dataset = dataset
        self._note = note

    def __len__(self) -> int:
        return len(self._dataset)

    @property
    def num_batches(self) -> int | None:
        """The number of batches in an epoch, ``None`` where there is no end."""
        number: int | None = self._dataset.num_batches
        return number

    def __getitem__(self, index: int) -> Any:
        batch = self._dataset[index]
        self._note(index, batch)
        return batch

    def on_epoch_begin(self) -> None:
        """Tell the data set that an epoch begins."""
        self._dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tell the data set that an epoch has ended."""
        self._dataset.on_epoch_end()
