"""Layers of neurons in plain NumPy, made for many short steps: nothing is allocated twice.

All numbers that are learned lie in one array, so that an optimizer moves them at once. Kernels
are stored with a row for each neuron, which is faster here; Keras has a column. Logits have the
shape ``(classes, images)``. It computes in 32 bits, as Keras does, or in those of another type.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Labels = NDArray[np.intp]
Layers = list[tuple[Floats, Floats]]

# Keras clips probabilities to this range.
MIN_PROBABILITY, MAX_PROBABILITY = 1e-7, 1 - 1e-7
BETAS = (0.9, 0.999)
EPSILON = 1e-7
BLOCK = 1_000


class Network:
    """Layers of neurons with a ReLU between them; ``gradients`` belong to ``values``."""

    def __init__(self, sizes: Sequence[int], dtype: type[np.floating[Any]] = np.float32) -> None:
        self.sizes = tuple(sizes)
        count = sum((inputs + 1) * neurons for inputs, neurons in itertools.pairwise(sizes))
        self.values = np.zeros(count, dtype)
        self.gradients = np.zeros(count, dtype)
        self.layers = parts(self.values, sizes)
        self.layer_gradients = parts(self.gradients, sizes)

    def draw(self, random: np.random.Generator) -> None:
        """Initialize as Keras does: kernels by Glorot and Bengio (2010), uniform; biases 0."""
        for kernel, bias in self.layers:
            limit = np.sqrt(6 / sum(kernel.shape))
            kernel[:] = random.uniform(-limit, limit, kernel.shape)
            bias[:] = 0


def parts(values: Floats, sizes: Sequence[int]) -> Layers:
    """Return views of an array of all weights: the kernel and the bias of each layer.

    Kernels have the shape ``(neurons, inputs)``, biases ``(neurons, 1)``.
    """
    layers, at = [], 0
    for inputs, neurons in itertools.pairwise(sizes):
        kernel = values[at : at + inputs * neurons].reshape(neurons, inputs)
        at += inputs * neurons
        layers.append((kernel, values[at : at + neurons].reshape(neurons, 1)))
        at += neurons
    return layers


class Pass:
    """A forward and backward pass through a network for a fixed number of images."""

    def __init__(self, network: Network, images: int) -> None:
        self._network, dtype = network, network.values.dtype
        self._outputs = [np.empty((size, images), dtype) for size in network.sizes[1:]]
        self._errors = [np.empty_like(one) for one in self._outputs[:-1]]

    def forward(self, inputs: Floats) -> Floats:
        """Compute outputs of shape ``(outputs, images)`` for ``inputs`` of ``(images, inputs)``."""
        x = inputs.T
        for (kernel, bias), outputs in zip(self._network.layers, self._outputs, strict=True):
            np.matmul(kernel, x, out=outputs)
            np.add(outputs, bias, out=outputs)
            if outputs is not self._outputs[-1]:
                np.maximum(outputs, 0, out=outputs)
            x = outputs
        return x

    def backward(self, inputs: Floats, errors: Floats) -> None:
        """Compute the gradients of all weights from those of the logits, ``(outputs, images)``."""
        for at in range(len(self._outputs) - 1, -1, -1):
            kernel_gradients, bias_gradients = self._network.layer_gradients[at]
            below = self._outputs[at - 1].T if at else inputs
            np.matmul(errors, below, out=kernel_gradients)
            np.add.reduce(errors, axis=1, keepdims=True, out=bias_gradients)
            if at:
                np.matmul(self._network.layers[at][0].T, errors, out=self._errors[at - 1])
                errors = self._errors[at - 1]
                np.multiply(errors, self._outputs[at - 1] > 0, out=errors)


def cross_entropy(logits: Floats, labels: Labels) -> Floats:
    """Return the sparse categorical cross-entropy of each image."""
    raised = logits - np.maximum.reduce(logits, axis=0)
    own = raised[labels, np.arange(len(labels))]
    return np.asarray(np.log(np.exp(raised).sum(axis=0)) - own)


def logit_gradients(logits: Floats, labels: Labels, columns: Labels) -> None:
    """Replace logits by the gradients of the mean loss; ``columns`` counts the images from 0."""
    np.subtract(logits, np.maximum.reduce(logits, axis=0), out=logits)
    np.exp(logits, out=logits)
    np.divide(logits, np.add.reduce(logits, axis=0), out=logits)
    logits[labels, columns] -= 1
    np.divide(logits, logits.dtype.type(len(labels)), out=logits)


def mistaken_gradients(logits: Floats, labels: Labels, columns: Labels) -> None:
    """Do the same with logits mistaken for probabilities: clip them to 0…1, then take logs."""
    low, high = (logits.dtype.type(one) for one in (MIN_PROBABILITY, MAX_PROBABILITY))
    within = (logits >= low) & (logits <= high)
    np.clip(logits, low, high, out=logits)
    inverse = within / logits
    np.log(logits, out=logits)
    logit_gradients(logits, labels, columns)
    np.multiply(logits, inverse, out=logits)


class Optimizer(Protocol):
    """Moves the weights of a network against their gradients."""

    def step(self) -> None:
        """Change the weights in place."""


class Adam:
    """Adam with Keras' settings, epsilon and order of operations.

    Kingma and Ba (2015), in the form of their section 2.
    """

    def __init__(self, network: Network, rate: float) -> None:
        self._network, self._type = network, network.values.dtype.type
        self._step_sizes = self._sizes(rate)
        shape = (4, len(network.values))
        self._means, self._squares, self._one, self._other = np.zeros(shape, self._type)

    def step(self) -> None:
        """Change the weights in place."""
        one, other, gradients = self._one, self._other, self._network.gradients
        np.subtract(gradients, self._means, out=one)
        np.multiply(one, self._type(1 - BETAS[0]), out=one)
        np.add(self._means, one, out=self._means)
        np.multiply(gradients, gradients, out=one)
        np.subtract(one, self._squares, out=one)
        np.multiply(one, self._type(1 - BETAS[1]), out=one)
        np.add(self._squares, one, out=self._squares)
        np.sqrt(self._squares, out=one)
        np.add(one, self._type(EPSILON), out=one)
        np.multiply(self._means, next(self._step_sizes), out=other)
        np.divide(other, one, out=other)
        np.subtract(self._network.values, other, out=self._network.values)

    def _sizes(self, rate: float) -> Iterator[np.floating[Any]]:
        """Yield the bias-corrected size of each step, computed in blocks to save calls of NumPy."""
        first, second = (self._type(one) for one in BETAS)
        for begin in itertools.count(1, BLOCK):
            steps = np.arange(begin, begin + BLOCK, dtype=self._type)
            yield from self._type(rate) * (np.sqrt(1 - second**steps) / (1 - first**steps))


class Sgd:
    """Plain gradient descent."""

    def __init__(self, network: Network, rate: float) -> None:
        self._network = network
        self._rate = network.values.dtype.type(rate)
        self._step = np.empty_like(network.values)

    def step(self) -> None:
        """Change the weights in place."""
        np.multiply(self._network.gradients, self._rate, out=self._step)
        np.subtract(self._network.values, self._step, out=self._network.values)
