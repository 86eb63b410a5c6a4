"""What the recorder writes down, computed twice more: by plain callbacks, and in NumPy alone.

Nothing of the recorder is used for it; the rule is the documentation's.

The NumPy training goes its own way from the stored weights, in 64 bits. Images scaled to 0..1 let
it stay beside Keras, which counts in 32: after three epochs of 375 steps no weight was more than
1.5e-6 off, and no image was classified otherwise. Raw pixels do not: their outputs are so large
that rounding alone leads two trainings apart (0.08 after three epochs, between 32 bits and 64).
There each step is computed from where Keras stood before it; in 1,500 steps none was off by more
than 1.4e-5, half of them by less than 1.2e-8.
"""

from __future__ import annotations

import itertools
import math
from contextlib import suppress

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support.numpy_training import (
    Examples,
    Neurons,
    chunks,
    figures_of,
    snapshot_steps,
    train_epoch,
)
from support.recording import recording

from autograder.core.evidence import Evidence, Record, Run
from autograder.judge.rules.reach_threshold import marked_accuracy

# Not a multiple of any of the batch sizes: the last batch of an epoch is a smaller one.
TRAINING_IMAGES = 11_990
VALIDATION_IMAGES = 2_000
EPOCHS = 2
# The more steps, the longer: a few seconds with batches of 128, four times as long with 32.
BATCHES = [
    pytest.param(32, marks=[pytest.mark.slow, pytest.mark.weekly]),
    pytest.param(48, marks=[pytest.mark.slow, pytest.mark.weekly]),
    128,
]
# Ten times what was seen between Keras and 64 bits.
WEIGHTS = {"rtol": 0, "atol": 1.5e-5}
# Keras adds up the losses of an epoch in 32 bits.
LOSS = 2e-5
# Two outputs as good as equal may change places.
MAX_OTHERWISE = 2
# Means in 64 bits, rounded once to 32.
ROUNDED = {"rtol": 1e-6, "atol": 1e-9}


@pytest.fixture(scope="module")
def examples(sample) -> Examples:
    """Images with pixels between 0 and 1."""
    return Examples(
        (sample.train_images[:TRAINING_IMAGES] / 255).astype(np.float32),
        sample.train_labels[:TRAINING_IMAGES],
        ((sample.valid_images / 255).astype(np.float32), sample.valid_labels),
    )


@pytest.fixture
def recorded(sample, tmp_path):
    """Trains in one call of ``fit`` or more, and tells what the recorder made of it."""

    def train(model, *calls, graded=False):
        history = None
        with (
            recording(sample, tmp_path if graded else None) as recorder,
            suppress(KeyboardInterrupt),
        ):
            for call in calls:
                history = model.fit(**{"epochs": EPOCHS, "verbose": 0, **call})
        recorder.record_answer("train", {"model": model, "history": history})
        record, arrays = recorder.recorded()
        assert record.troubles == ()
        return record, arrays

    return train


def new_model(*, probabilities=False, **compiled):
    keras.utils.set_random_seed(5)
    last = layers.Dense(10, activation="softmax" if probabilities else None, name="neurons")
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), last])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not probabilities)
    model.compile("adam", loss, metrics=["accuracy"], **compiled)
    return model


def in_order(examples, batch, **given):
    """What ``fit`` is given; the images come in their order."""
    data = {"x": examples.x, "y": examples.y, "validation_data": examples.validation}
    return {**data, "batch_size": batch, "shuffle": False, **given}


def neurons_of(model):
    return Neurons(*(one.astype(float) for one in model.get_weights()))


def replay(neurons, examples, batch, *, epochs=EPOCHS, batched=1):
    order = chunks(np.arange(len(examples.x)), batch)
    due = snapshot_steps(len(order), batch, batched)
    return [train_epoch(neurons, examples, order, due) for _ in range(epochs)]


def parts_of(arrays, owner):
    return arrays[f"{owner}/neurons/kernel"], arrays[f"{owner}/neurons/bias"]


def assert_same_means(fit, arrays, epochs, **tolerance):
    """``epochs`` gives for each epoch the mean of its snapshots."""
    given_parts = parts_of(arrays, f"fit-{fit.number}")
    for given, computed in zip(given_parts, zip(*epochs, strict=True), strict=True):
        np.testing.assert_allclose(given, np.stack(computed), **tolerance)


def assert_same(fit, arrays, epochs):
    """The recorded call of ``fit`` and the epochs of the NumPy training."""
    assert fit.snapshots == tuple(len(one.snapshots) for one in epochs)
    assert_same_means(fit, arrays, [one.mean for one in epochs], **WEIGHTS)
    for number, epoch in enumerate(epochs[: fit.epochs_done]):
        assert_same_figures(fit, number, epoch.figures)


def assert_same_figures(fit, epoch, figures):
    """Losses and accuracies of an epoch."""
    for name, values in fit.history.items():
        most = MAX_OTHERWISE / (VALIDATION_IMAGES if name.startswith("val") else TRAINING_IMAGES)
        near = {"abs": most} if "accuracy" in name else {"rel": LOSS}
        assert values[epoch] == pytest.approx(figures[name], **near), name


class Snapshots(keras.callbacks.Callback):
    """The documentation's rule once more: counts the batches that go by."""

    def __init__(self, due):
        super().__init__()
        self.due = due
        self.steps = 0
        self.means = []
        self.figures = []

    def on_epoch_begin(self, epoch, logs=None):
        self.passed = 0
        self.taken = []

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        self.passed += 1
        if self.passed in self.due:
            self.taken.append(self.model.get_weights())

    def on_epoch_end(self, epoch, logs=None):
        parts = zip(*self.taken, strict=True)
        self.means.append([np.mean(part, axis=0, dtype=float) for part in parts])
        self.figures.append(dict(logs))


@pytest.mark.slow
class TestReplay:
    """The same training once more, by a plain callback and in NumPy."""

    @pytest.mark.parametrize(
        ("graded", "batched"),
        [(False, 1), (True, 1), (False, 20)],
        ids=["in practice", "graded", "twenty steps at a time"],
    )
    @pytest.mark.parametrize("batch", BATCHES)
    def test_means_figures_steps_and_weights(
        self, recorded, examples, batch, graded, batched
    ) -> None:
        """Whether Keras returns after each step, seldom in grading, or as it was compiled."""
        plain = Snapshots(snapshot_steps(math.ceil(TRAINING_IMAGES / batch), batch, batched))
        new_model().fit(**in_order(examples, batch, callbacks=[plain]), epochs=EPOCHS, verbose=0)
        model = new_model(steps_per_execution=batched)
        neurons = neurons_of(model)
        record, arrays = recorded(model, in_order(examples, batch), graded=graded)
        (fit,) = record.fits
        assert fit.snapshots == (len(plain.due),) * EPOCHS
        assert_same_means(fit, arrays, plain.means, **ROUNDED)
        assert set(fit.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        for name, values in fit.history.items():
            assert list(values) == [one[name] for one in plain.figures]
        assert_same(fit, arrays, replay(neurons, examples, batch, batched=batched))
        assert fit.steps == plain.steps == neurons.steps
        kernel, bias = parts_of(arrays, "answer-train")
        np.testing.assert_allclose(kernel, neurons.kernel, **WEIGHTS)
        np.testing.assert_allclose(bias, neurons.bias, **WEIGHTS)

    def test_the_weights_after_each_epoch(self, recorded, examples) -> None:
        """An epoch of fewer than 4,000 images has one snapshot: the weights at its end."""
        few = Examples(examples.x[:3_900], examples.y[:3_900], examples.validation)
        model = new_model()
        neurons = neurons_of(model)
        record, arrays = recorded(model, in_order(few, 32, epochs=3), graded=True)
        for number in range(3):
            replay(neurons, few, 32, epochs=1)
            kernel, bias = parts_of(arrays, "fit-0")
            np.testing.assert_allclose(kernel[number], neurons.kernel, **WEIGHTS)
            np.testing.assert_allclose(bias[number], neurons.bias, **WEIGHTS)
        assert record.fits[0].snapshots == (1, 1, 1)

    @pytest.mark.parametrize("given", ["dataset", "generator"])
    def test_a_stream_in_an_order_of_its_own(self, recorded, examples, given) -> None:
        """The order of every batch is stored as it is made."""
        model, batch, random = new_model(), 128, np.random.default_rng(8)
        neurons, steps = neurons_of(model), math.ceil(TRAINING_IMAGES / batch)
        order = chunks(random.permutation(TRAINING_IMAGES), batch)
        went = []

        def flow():
            while True:
                for places in order:
                    went.append(places)
                    yield examples.x[places], examples.y[places]

        shapes = tf.TensorSpec((None, 28, 28), tf.float32), tf.TensorSpec((None,), tf.uint8)
        data = {
            "dataset": lambda: tf.data.Dataset.from_generator(flow, output_signature=shapes),
            "generator": flow,
        }[given]()
        record, arrays = recorded(
            model, {"x": data, "steps_per_epoch": steps, "validation_data": examples.validation}
        )
        due = snapshot_steps(steps, batch)
        epochs = [went[at : at + steps] for at in (0, steps)]
        assert_same(
            record.fits[0], arrays, [train_epoch(neurons, examples, one, due) for one in epochs]
        )
        assert record.fits[0].steps == neurons.steps

    def test_probabilities(self, recorded, examples) -> None:
        """A softmax output with the loss for probabilities is the same training."""
        model = new_model(probabilities=True)
        neurons = neurons_of(model)
        record, arrays = recorded(model, in_order(examples, 128), graded=True)
        assert_same(record.fits[0], arrays, replay(neurons, examples, 128))

    @pytest.mark.parametrize("graded", [False, True], ids=["in practice", "graded"])
    def test_two_calls(self, recorded, examples, graded) -> None:
        """The second goes on where the first ended, the optimizer too, with another batch size."""
        model = new_model()
        neurons = neurons_of(model)
        calls = [in_order(examples, batch, epochs=1) for batch in (128, 96)]
        record, arrays = recorded(model, *calls, graded=graded)
        for fit, batch in zip(record.fits, (128, 96), strict=True):
            assert_same(fit, arrays, replay(neurons, examples, batch, epochs=1))
        assert sum(fit.steps for fit in record.fits) == neurons.steps

    def test_interrupted_in_an_epoch(self, recorded, examples) -> None:
        """Of the epoch that was cut short there is the mean of what was done.

        The step in which it was cut has moved the weights and is not counted.
        """
        cut, order = 50, chunks(np.arange(TRAINING_IMAGES), 128)

        class Stop(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if self.model.optimizer.iterations == len(order) + cut:
                    raise KeyboardInterrupt

        model = new_model()
        neurons = neurons_of(model)
        record, arrays = recorded(model, in_order(examples, 128, callbacks=[Stop()]))
        due = snapshot_steps(len(order), 128)
        epochs = [train_epoch(neurons, examples, order, due)]
        epochs += [
            train_epoch(neurons, examples, order[:cut], [*(one for one in due if one < cut), cut])
        ]
        (fit,) = record.fits
        assert_same(fit, arrays, epochs)
        assert (fit.interrupted, fit.epochs_requested, fit.epochs_done) == (True, EPOCHS, 1)
        assert fit.error == "KeyboardInterrupt: "
        assert fit.steps == neurons.steps - 1

    def test_interrupted_in_the_validation_of_an_epoch(self, recorded, examples) -> None:
        """In grading, where Keras returns seldom: all steps of the epoch were taken."""

        class Stop(keras.callbacks.Callback):
            def on_test_begin(self, logs=None):
                if self.model.optimizer.iterations > math.ceil(TRAINING_IMAGES / 128):
                    raise KeyboardInterrupt

        model = new_model()
        neurons = neurons_of(model)
        record, arrays = recorded(model, in_order(examples, 128, callbacks=[Stop()]), graded=True)
        assert_same(record.fits[0], arrays, replay(neurons, examples, 128))
        assert (record.fits[0].interrupted, record.fits[0].epochs_done) == (True, 1)
        assert record.fits[0].steps == neurons.steps

    def test_the_accuracy_that_is_marked(self, recorded, examples, sample) -> None:
        """That of the mean of all snapshots in the second half of the epochs."""
        model = new_model()
        neurons = neurons_of(model)
        record, arrays = recorded(model, in_order(examples, 128, epochs=5), graded=True)
        epochs = replay(neurons, examples, 128, epochs=5)
        snapshots = [one for epoch in epochs[2:] for one in epoch.snapshots]
        mean = Neurons(*(np.mean(part, axis=0) for part in zip(*snapshots, strict=True)))
        run = Run(lesson="building-a-brain", data="sample", isolation="none")
        evidence = Evidence(record=Record(run=run, cells=(), recorded=record), arrays=arrays)
        handed_in = evidence.answer("train").model
        reached = marked_accuracy(evidence, handed_in, record.fits, sample, simple=True)
        _, right = mean.evaluate(*examples.validation)
        assert reached == pytest.approx(right.mean(), abs=MAX_OTHERWISE / VALIDATION_IMAGES)


class Steps(keras.callbacks.Callback):
    """The weights before each step, and after the last one of each epoch."""

    def __init__(self):
        super().__init__()
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append([self.model.get_weights()])

    def on_train_batch_end(self, batch, logs=None):
        self.epochs[-1].append(self.model.get_weights())


@pytest.mark.parametrize("batch", BATCHES)
def test_raw_pixels_step_by_step(recorded, sample, batch) -> None:
    """Each step from where Keras stood before it; what Adam remembers is the replay's own."""
    raw = Examples(
        sample.train_images[:TRAINING_IMAGES],
        sample.train_labels[:TRAINING_IMAGES],
        (sample.valid_images, sample.valid_labels),
    )
    model, steps = new_model(), Steps()
    neurons = neurons_of(model)
    record, arrays = recorded(model, in_order(raw, batch, callbacks=[steps]))
    (fit,) = record.fits
    order = chunks(np.arange(TRAINING_IMAGES), batch)
    off, means = [], []
    for number, weights in enumerate(steps.epochs):
        losses, right = [], []
        for places, (before, after) in zip(order, itertools.pairwise(weights), strict=True):
            neurons.set_weights(*before)
            each, well = neurons.step(raw.x[places], raw.y[places])
            losses.append(each)
            right.append(well)
            off += [np.abs(neurons.kernel - after[0]).max(), np.abs(neurons.bias - after[1]).max()]
        neurons.set_weights(*weights[-1])
        figures = figures_of(losses, right, neurons.evaluate(*raw.validation))
        assert_same_figures(fit, number, figures)
        taken = [weights[at] for at in snapshot_steps(len(order), batch)]
        means.append([np.mean(part, axis=0, dtype=float) for part in zip(*taken, strict=True)])
    # Of a step of 0.001: where a slope is next to nothing, rounding is a larger part of it.
    assert max(off) < 1e-4
    assert np.median(off) < 1e-7
    assert_same_means(fit, arrays, means, **ROUNDED)
    assert fit.steps == neurons.steps
