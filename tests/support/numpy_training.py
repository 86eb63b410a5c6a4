"""Ten neurons trained in NumPy alone, to compare with what the recorder says of Keras.

Nothing of Keras and nothing of the recorder is used: it is the network of the studies, in 64 bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_network import (
    Adam,
    Network,
    Pass,
    cross_entropy,
    logit_gradients,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def snapshot_steps(steps: int, batch: int, batched: int = 1) -> list[int]:
    """After which steps of an epoch there is a snapshot, where ``batched`` are taken at a time.

    The rule is the documentation's: every ``round(4000 / batch)`` steps and at the epoch's end.
    """
    every = round(4000 / batch)
    due = range(every, steps + 1, every)
    return sorted({steps, *(min(math.ceil(one / batched) * batched, steps) for one in due)})


@dataclass
class Examples:
    """Images to train on and their labels, and those to validate on."""

    x: NDArray
    y: NDArray
    validation: tuple[NDArray, NDArray]


class Neurons:
    """One layer with softmax cross-entropy, and Adam with the defaults of Keras."""

    def __init__(self, kernel: Floats, bias: Floats) -> None:
        self._network = Network(kernel.shape, np.float64)
        self._adam = Adam(self._network, 0.001)
        self.steps = 0
        self.set_weights(kernel, bias)

    def set_weights(self, kernel: Floats, bias: Floats) -> None:
        """Take these weights; what Adam remembers stays."""
        ((own_kernel, own_bias),) = self._network.layers
        own_kernel[:], own_bias[:, 0] = kernel.T, bias

    @property
    def kernel(self) -> Floats:
        """A copy of the kernel, in Keras' shape."""
        return self._network.layers[0][0].T.copy()

    @property
    def bias(self) -> Floats:
        """A copy of the bias, in Keras' shape."""
        return self._network.layers[0][1].ravel().copy()

    def evaluate(self, x: NDArray, y: NDArray) -> tuple[Floats, NDArray[np.bool_]]:
        """Each loss, and whether each answer is right."""
        return _losses(Pass(self._network, len(x)).forward(rows(x)), y)

    def step(self, x: NDArray, y: NDArray) -> tuple[Floats, NDArray[np.bool_]]:
        """One step; each loss before it, and whether each answer was right."""
        given, through = rows(x), Pass(self._network, len(x))
        outputs = through.forward(given)
        before = _losses(outputs, y)
        logit_gradients(outputs, y, np.arange(len(y)))
        through.backward(given, outputs)
        self._adam.step()
        self.steps += 1
        return before


def _losses(outputs: Floats, y: NDArray) -> tuple[Floats, NDArray[np.bool_]]:
    return cross_entropy(outputs, y), outputs.argmax(axis=0) == y


@dataclass
class Epoch:
    """What an epoch came to: its snapshots, each kernel and bias, and its figures."""

    snapshots: list[tuple[Floats, Floats]]
    figures: dict[str, float]

    @property
    def mean(self) -> tuple[Floats, Floats]:
        """The mean of the snapshots."""
        kernels, biases = zip(*self.snapshots, strict=True)
        return np.mean(kernels, axis=0), np.mean(biases, axis=0)


def train_epoch(
    neurons: Neurons, examples: Examples, batches: Sequence[Indices], due: Sequence[int]
) -> Epoch:
    """Train an epoch, given as the places of each batch's images, and validate."""
    losses, right, snapshots = [], [], []
    for step, places in enumerate(batches, start=1):
        each, well = neurons.step(examples.x[places], examples.y[places])
        losses.append(each)
        right.append(well)
        if step in due:
            snapshots.append((neurons.kernel, neurons.bias))
    return Epoch(snapshots, figures_of(losses, right, neurons.evaluate(*examples.validation)))


def figures_of(losses: list, right: list, validation: tuple) -> dict[str, float]:
    """The figures of an epoch, from what each of its batches and the validation came to."""
    validation_losses, validation_right = validation
    return {
        "loss": np.concatenate(losses).mean(),
        "accuracy": np.concatenate(right).mean(),
        "val_loss": validation_losses.mean(),
        "val_accuracy": validation_right.mean(),
    }


def chunks(places: Indices, batch: int) -> list[Indices]:
    """Batches of places; the last one may be smaller."""
    return [places[at : at + batch] for at in range(0, len(places), batch)]


def rows(x: NDArray) -> Floats:
    """Images of shape ``(n, 28, 28)`` as rows of 784 numbers."""
    return x.reshape(len(x), -1).astype(np.float64)
