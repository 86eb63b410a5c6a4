"""What a model does to pixels is found by asking it, and the judge can then compute it."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support.recording import recording

from autograder.core.evidence import Evidence, Record, Run
from autograder.judge.activations import ACTIVATIONS
from autograder.judge.inference import UnknownLayer, outputs
from autograder.judge.rules.weights import last_weights

IMAGE = (28, 28)


class Own(layers.Layer):
    """A layer that nobody knows."""

    def call(self, pixels):
        return tf.cast(pixels, tf.float32) / 127.5 - 1


def stacked(*front):
    return keras.Sequential([keras.Input(IMAGE), *front, layers.Flatten(), layers.Dense(10)])


def in_the_graph():
    pixels = keras.Input(IMAGE)
    row = layers.Flatten()(pixels / 255.0 - 0.5)
    return keras.Model(pixels, layers.Dense(10)(row))


def standardised(pixels):
    return tf.image.per_image_standardization(pixels[..., None])[..., 0]


FOUND = {
    "arithmetic in the graph": in_the_graph,
    "a lambda": lambda: stacked(layers.Lambda(lambda pixels: pixels / 255.0)),
    "a layer of one's own": lambda: stacked(Own()),
    "each image by itself": lambda: stacked(layers.Lambda(standardised)),
    "by its largest pixel": lambda: stacked(
        layers.Lambda(lambda x: x / tf.reduce_max(x, axis=(1, 2), keepdims=True))
    ),
    "black or white": lambda: stacked(layers.Lambda(lambda x: tf.cast(x > 100, tf.float32))),
    "upside down": lambda: stacked(layers.Lambda(lambda x: x[:, ::-1] / 255)),
    "in a model of its own": lambda: stacked(
        keras.Sequential([keras.Input(IMAGE), layers.Lambda(lambda x: x / 255)])
    ),
}
NOT_FOUND = {
    "what bends afterwards": lambda: keras.Sequential(
        [*stacked(Own()).layers, layers.Lambda(tf.sin)]
    ),
    "other images at random": lambda: stacked(
        layers.Lambda(lambda x: x + tf.random.normal(tf.shape(x), stddev=50.0))
    ),
}


@pytest.fixture(scope="module")
def recorder(sample):
    with recording(sample) as recorder:
        yield recorder


def described(recorder, model):
    """The model as evidence, and its weights as the judge reads them."""
    recorder.record_answer("build", {"model": model})
    recorded, arrays = recorder.recorded()
    found = recorded.answers[-1].model
    evidence = Evidence(record=Record(run=Run(lesson="any")), arrays=arrays)
    return found, last_weights(evidence, found)


@pytest.mark.parametrize("make", FOUND.values(), ids=FOUND)
def test_the_judge_computes_what_the_model_says(recorder, sample, make) -> None:
    model = make()
    calls_before = recorder.recorded()[0].model_calls
    found, weights = described(recorder, model)
    assert found.front
    images = sample.valid_images[:100].astype(np.float32)
    ours = outputs(found, weights, images)
    theirs = model(images).numpy()
    assert np.abs(ours - theirs).max() < 0.01 * np.ptp(theirs)
    # What the model was asked by us is not the student's call.
    assert recorder.recorded()[0].model_calls[: len(calls_before)] == calls_before


@pytest.mark.parametrize("make", NOT_FOUND.values(), ids=NOT_FOUND)
def test_what_is_not_found_is_left_open(recorder, sample, make) -> None:
    found, weights = described(recorder, make())
    assert found.front is None
    with pytest.raises(UnknownLayer):
        outputs(found, weights, sample.valid_images[:2].astype(np.float32))


def test_a_model_that_says_what_it_does_is_not_asked(recorder) -> None:
    found, _ = described(recorder, stacked(layers.Rescaling(1 / 255)))
    assert found.front is None


def test_the_judge_knows_the_activations_of_keras() -> None:
    """All but one that needs numbers of its own, and one that Keras gets wrong (rows of zeros)."""
    names = {name for name in dir(keras.activations) if not name.startswith("_")}
    own = names - {"deserialize", "get", "serialize", "threshold", "sparsemax"}
    assert own - set(ACTIVATIONS) == set()
    x = np.random.default_rng(seed=2).normal(scale=2, size=(50, 10)).astype(np.float32)
    for name in sorted(own):
        theirs = keras.ops.convert_to_numpy(getattr(keras.activations, name)(x))
        np.testing.assert_allclose(ACTIVATIONS[name](x), theirs, atol=2e-5, rtol=2e-4, err_msg=name)
