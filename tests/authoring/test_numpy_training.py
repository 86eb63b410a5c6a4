"""That the study's trainer, in plain numpy, does what Keras does."""

import itertools

import keras
import numpy as np
import pytest

from autograder.authoring.spec.numpy_network import Network, parts
from autograder.authoring.spec.numpy_training import Trainer, ValidationSet, follow, training_images
from autograder.authoring.spec.recipe import Training
from autograder.kernel.recorder.weight_averaging import WeightAverager

SINGLE = (784, 10)

pytestmark = pytest.mark.slow

# With pixels up to 255 the outputs are in the hundreds: a rounding in the eighth place grows
# tenfold every twenty steps, in Keras on another machine too. So these are compared early on.
STEPS = 20
TRAININGS = {
    "the lesson, early on": Training(sizes=SINGLE, share=STEPS * 32 / 12_000, epochs=1),
    "taken for probabilities, early on": Training(
        sizes=SINGLE, share=STEPS * 32 / 12_000, epochs=1, loss="taken for probabilities"
    ),
    "scaled pixels": Training(sizes=SINGLE, scale=1 / 255),
    "batches that leave a rest": Training(sizes=SINGLE, scale=1 / 255, batch=70),
    "plain gradient descent": Training(sizes=SINGLE, optimizer="sgd", rate=0.01, scale=1 / 255),
    "a hidden layer": Training(sizes=(784, 64, 10), scale=1 / 255),
    "two hidden layers": Training(sizes=(784, 32, 16, 10), scale=1 / 255, batch=64),
    "a hidden layer, stopped early": Training(
        sizes=(784, 64, 10), scale=1 / 255, share=0.02, epochs=60, patience=3
    ),
}


def keras_model(training, network, *, softmax=False):
    """The same network in Keras, compiled, with the same weights."""
    last = len(training.sizes) - 2
    kinds = [None if at == last else "relu" for at in range(last + 1)]
    layers = [
        keras.layers.Dense(size, activation="softmax" if softmax and not kind else kind)
        for size, kind in zip(training.sizes[1:], kinds, strict=True)
    ]
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), *layers])
    model.set_weights(in_keras_shape(network.values, training.sizes))
    makers = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    model.compile(
        optimizer=makers[training.optimizer](training.rate),
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=training.loss == "raw outputs" and not softmax
        ),
        metrics=["accuracy"],
    )
    return model


def in_keras_shape(values, sizes):
    return [one for kernel, bias in parts(values, sizes) for one in (kernel.T, bias.ravel())]


def fitted(model, training, studied, order, data):
    """What the recorder's averager keeps of a training in Keras, and its history."""
    averager = WeightAverager(lambda: training.batch, lambda ended: None)
    stopping = keras.callbacks.EarlyStopping(
        patience=training.patience or 0, restore_best_weights=True
    )
    scale = np.float32(training.scale)
    images = studied.pixels[order].reshape(-1, 28, 28) * scale
    history = model.fit(
        images,
        studied.labels[order],
        batch_size=training.batch,
        epochs=training.epochs,
        shuffle=False,
        validation_data=(data.valid_images * scale, data.valid_labels),
        callbacks=[averager, *([stopping] if training.patience else [])],
        verbose=0,
    )
    return averager, history.history


def close(ones, others):
    """Each equal to the other within a few roundings of 32-bit numbers of this size."""
    return all(
        np.abs(np.subtract(one, other)).max() < 2e-5
        for one, other in zip(ones, others, strict=True)
    )


@pytest.mark.parametrize("training", TRAININGS.values(), ids=TRAININGS)
def test_the_same_start_and_order_lead_to_the_same_weights_as_in_keras(training, sample):
    """The weights at the end, the means that the recorder keeps, validation, and when it stops."""
    random = np.random.default_rng(20)
    network = Network(training.sizes)
    network.draw(random)
    studied = training_images(training, sample, random)
    order = random.permutation(len(studied.labels))
    model = keras_model(training, network)
    begun = network.values.copy()
    trainer = Trainer(training, studied, network)
    orders = itertools.repeat(order, training.epochs)
    ours = follow(trainer, orders, ValidationSet(sample, training), training)
    averager, history = fitted(model, training, studied, order, sample)
    assert averager.snapshots == list(ours.snapshots)
    assert averager.steps == ours.steps
    assert close(history["val_accuracy"], ours.accuracies)
    if training.loss == "raw outputs":
        assert close(np.divide(history["val_loss"], ours.losses), np.ones(len(ours.losses)))
    if training.patience:
        assert 2 < len(ours.losses) < training.epochs
    assert close(model.get_weights(), in_keras_shape(ours.values, training.sizes))
    assert not close([begun], [ours.values])
    for epoch, mean in enumerate(ours.means):
        kept = [one[epoch] for one in averager.means.values()]
        assert close(kept, in_keras_shape(mean, training.sizes))


def test_a_softmax_in_the_last_layer_leads_to_the_same_weights(sample):
    """So it needs no recipe of its own: Keras works out the loss from what went into it."""
    training = Training(sizes=SINGLE, epochs=1)
    network = Network(training.sizes)
    network.draw(np.random.default_rng(20))
    studied = training_images(training, sample, np.random.default_rng(20))
    order = np.arange(len(studied.labels))
    plain, soft = (keras_model(training, network, softmax=softmax) for softmax in (False, True))
    for model in (plain, soft):
        fitted(model, training, studied, order, sample)
    for one, other in zip(plain.get_weights(), soft.get_weights(), strict=True):
        assert np.array_equal(one, other)
