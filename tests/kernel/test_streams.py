"""Streams are counted, and each of their examples is looked for among the course's images."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from autograder.kernel.recorder.data_matching import DatasetIndex
from autograder.kernel.recorder.data_probe import DataProbe

COUNT = 2_000


@pytest.fixture(scope="module")
def index(sample):
    return DatasetIndex(sample)


def seen(index, stream, *, epochs=1):
    """What a probe says of a stream that flows for some epochs."""
    probe = DataProbe(stream)
    for _ in range(epochs):
        for _ in probe.data:
            pass
        probe.passed()
    return probe.identify(index)


def stream(images, labels, batch=32):
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch)


class Batches(keras.utils.PyDataset):
    """Images and labels, in batches of 100."""

    def __init__(self, images, labels):
        super().__init__()
        self._pair = (images, labels)

    def __len__(self):
        return len(self._pair[0]) // 100

    def __getitem__(self, place):
        return tuple(part[place * 100 : place * 100 + 100] for part in self._pair)


def test_other_images_behind_the_first_are_seen(sample, index) -> None:
    images = np.concatenate([sample.train_images[:COUNT], sample.valid_images[:20]])
    labels = np.concatenate([sample.train_labels[:COUNT], sample.valid_labels[:20]])
    found = seen(index, stream(images, labels))
    assert (found.split, found.labels, found.count) == ("mixed", "matching", COUNT + 20)


def test_wrong_labels_behind_the_first_are_seen(sample, index) -> None:
    labels = sample.train_labels[:COUNT].copy()
    labels[500:] = labels[500:][::-1]
    assert seen(index, stream(sample.train_images[:COUNT], labels)).labels == "mismatched"


@pytest.mark.parametrize("scale", [1, 1 / 255, -1])
def test_scaled_pixels_are_the_same_images(sample, index, scale) -> None:
    images = sample.train_images[:COUNT].astype(np.float32) * scale
    found = seen(index, stream(images, sample.train_labels[:COUNT]), epochs=2)
    assert (found.split, found.labels, found.count) == ("training", "matching", COUNT)


def test_an_example_that_flows_twice_is_one(sample, index) -> None:
    few = stream(sample.train_images[:300], sample.train_labels[:300]).repeat(5)
    assert seen(index, few).count == 300


def test_a_data_set_of_keras_is_looked_at(sample, index) -> None:
    """Also where it is asked for a batch twice, as Keras does to learn the shapes."""
    probe = DataProbe(Batches(sample.train_images[:COUNT], sample.train_labels[:COUNT]))
    assert len(probe.data) == COUNT // 100
    for place in (0, *range(COUNT // 100)):
        assert len(probe.data[place]) == 2
    probe.passed()
    found = probe.identify(index)
    assert (found.split, found.labels, found.count) == ("training", "matching", COUNT)


def test_one_hot_labels_are_told(sample, index) -> None:
    one_hot = np.eye(10)[sample.train_labels[:COUNT]]
    found = seen(index, stream(sample.train_images[:COUNT], one_hot))
    assert found.one_hot
    assert found.labels == "matching"
    assert not seen(index, stream(sample.train_images[:300], sample.train_labels[:300])).one_hot


def standard(images):
    each = {"axis": (1, 2), "keepdims": True}
    return (images - images.mean(**each)) / (images.std(**each) + 1e-7)


@pytest.mark.parametrize(
    "made",
    [
        standard,
        lambda images: images / images.max(axis=(1, 2), keepdims=True),
        lambda images: images / np.linalg.norm(images.astype(float), axis=(1, 2), keepdims=True),
        np.log1p,
        lambda images: (images > 127).astype(np.float32),
        lambda images: np.sqrt(images / 255),
    ],
)
def test_what_no_line_describes_is_described_otherwise(sample, index, made) -> None:
    """So that the judge can do the same to its own images."""
    found = index.identify(made(sample.train_images[:COUNT]), sample.train_labels[:COUNT])
    assert (found.split, found.labels) == ("training", "matching")
    assert found.scale is None
    assert found.per_image or found.table is not None
