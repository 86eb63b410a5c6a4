"""A recipe trained under one seed, as Keras and the recorder would do it, in plain numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_network import (
    Adam,
    Floats,
    Labels,
    Network,
    Optimizer,
    Pass,
    Sgd,
    cross_entropy,
    logit_gradients,
    mistaken_gradients,
)
from autograder.authoring.spec.recipe import Training
from autograder.core.snapshot_schedule import steps_per_snapshot
from autograder.datasets import Images

# To be raised whenever the same recipe and seed would give other numbers.
ENGINE = 1
LOSSES: Mapping[str, Callable[[Floats, Labels, Labels], None]] = {
    "raw outputs": logit_gradients,
    "taken for probabilities": mistaken_gradients,
}
OPTIMIZERS: Mapping[str, Callable[[Network, float], Optimizer]] = {"adam": Adam, "sgd": Sgd}


@dataclass(frozen=True, eq=False, kw_only=True)
class Trained:
    """What training leaves: weights in the order of :class:`Network`, and each epoch's validation.

    ``values`` are the final weights, ``means`` (shape ``(epochs, weights)``) the mean of each
    epoch's ``snapshots``, ``accuracies`` and ``losses`` those on the validation images at each
    epoch's end.
    """

    training: Training
    values: Floats
    means: Floats
    snapshots: tuple[int, ...]
    steps: int
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images in rows of bytes, shape ``(n, pixels)``, and their labels."""

    pixels: NDArray[np.uint8]
    labels: Labels


class Trainer:
    """Trains one network; :meth:`epoch` goes through the images once, in the order given."""

    def __init__(self, training: Training, images: ImageSet, network: Network) -> None:
        self.network = network
        self.steps = 0
        self._training = training
        self._images = images
        self._gradients = LOSSES[training.loss]
        self._optimizer = OPTIMIZERS[training.optimizer](network, training.rate)
        self._buffers: dict[int, _BatchBuffers] = {}

    def epoch(self, order: Labels) -> tuple[Floats, int]:
        """Train in this order; return the mean of the snapshots, and their number."""
        batch, every = self._training.batch, steps_per_snapshot(self._training.batch)
        total, taken = np.zeros(len(self.network.values)), 0
        steps = -(-len(order) // batch)
        for step in range(steps):
            self._step(order[step * batch : (step + 1) * batch])
            if (step + 1) % every == 0 or step + 1 == steps:
                total += self.network.values
                taken += 1
        self.steps += steps
        return (total / taken).astype(np.float32), taken

    def _step(self, chosen: Labels) -> None:
        buffers = self._buffers.get(len(chosen))
        if buffers is None:
            buffers = self._buffers[len(chosen)] = _BatchBuffers(self.network, len(chosen))
        given = buffers.load(self._images, chosen, self._training.scale)
        outputs = buffers.network_pass.forward(given)
        self._gradients(outputs, buffers.labels, buffers.columns)
        buffers.network_pass.backward(given, outputs)
        self._optimizer.step()


class _BatchBuffers:
    """The arrays for one batch, allocated once for each batch size."""

    def __init__(self, network: Network, count: int) -> None:
        self.network_pass = Pass(network, count)
        self.columns = np.arange(count)
        self.labels = np.empty(count, np.intp)
        self._bytes = np.empty((count, network.sizes[0]), np.uint8)
        self._floats = np.empty((count, network.sizes[0]), np.float32)

    def load(self, images: ImageSet, chosen: Labels, scale: float) -> Floats:
        # A mode other than "raise" lets numpy write to the given array directly.
        np.take(images.pixels, chosen, axis=0, out=self._bytes, mode="clip")
        np.take(images.labels, chosen, out=self.labels, mode="clip")
        np.copyto(self._floats, self._bytes)
        if scale != 1:
            np.multiply(self._floats, np.float32(scale), out=self._floats)
        return self._floats


class ValidationSet:
    """The validation images as one training sees them."""

    def __init__(self, data: Images, training: Training) -> None:
        self._images = data.valid_images.reshape(-1, data.pixels) * np.float32(training.scale)
        self._labels = data.valid_labels.astype(np.intp)

    def evaluate(self, network: Network) -> tuple[float, float]:
        """Return the share of the images that is classified right, and the mean loss."""
        outputs = Pass(network, len(self._images)).forward(self._images)
        right = outputs.argmax(axis=0) == self._labels
        return float(np.mean(right)), float(np.mean(cross_entropy(outputs, self._labels)))


def train(training: Training, data: Images, seed: int) -> Trained:
    """Train under one seed: the same seed gives the same numbers on the same machine."""
    random = np.random.default_rng(seed)
    network = Network(training.sizes)
    network.draw(random)
    images = training_images(training, data, random)
    trainer = Trainer(training, images, network)
    orders = _orders(training, len(images.labels), random)
    # Steps that are far too large overflow, as they do in Keras.
    with np.errstate(all="ignore"):
        return follow(trainer, orders, ValidationSet(data, training), training)


def _orders(training: Training, count: int, random: np.random.Generator) -> Iterator[Labels]:
    """Yield the order of the images in each epoch."""
    order = random.permutation(count)
    for epoch in range(training.epochs):
        yield order if not epoch or training.order == "repeated" else random.permutation(count)


def follow(
    trainer: Trainer, orders: Iterator[Labels], validation: ValidationSet, training: Training
) -> Trained:
    """Train on one order after the other, until the patience ends."""
    network, best = trainer.network, trainer.network.values.copy()
    means, snapshots, accuracies, losses = [], [], [], []
    for order in orders:
        mean, taken = trainer.epoch(order)
        accuracy, loss = validation.evaluate(network)
        means.append(mean)
        snapshots.append(taken)
        accuracies.append(accuracy)
        losses.append(loss)
        if not any(earlier <= loss for earlier in losses[:-1]):
            best[:] = network.values
        if training.patience is not None and _is_over(losses, training.patience):
            break
    return Trained(
        training=training,
        values=network.values.copy() if training.patience is None else best,
        means=np.stack(means),
        snapshots=tuple(snapshots),
        steps=trainer.steps,
        accuracies=tuple(accuracies),
        losses=tuple(losses),
    )


def _is_over(losses: list[float], patience: int) -> bool:
    """Return whether patience ends, as Keras' ``EarlyStopping`` counts it."""
    best = min(range(len(losses)), key=losses.__getitem__)
    return len(losses) > 1 and len(losses) - 1 - best >= patience


def training_images(training: Training, data: Images, random: np.random.Generator) -> ImageSet:
    """Return the images that a training studies."""
    on_validation = training.split == "validation"
    images = data.valid_images if on_validation else data.train_images
    labels = (data.valid_labels if on_validation else data.train_labels).astype(np.intp)
    count = round(training.share * len(images))
    if training.labels == "shuffled":
        labels = random.permutation(labels)
    return ImageSet(images.reshape(-1, data.pixels)[:count], labels[:count])
