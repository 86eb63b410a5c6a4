"""Layers of neurons in plain NumPy, made for many short steps: nothing is allocated twice.

All numbers that are learned lie in one array, so that an optimizer moves them at once. Kernels
are stored with a row for each neuron, which is faster here; Keras has a column.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Layers = list[tuple[Floats, Floats]]


class Network:
    """Layers of neurons with a ReLU between them; ``gradients`` belong to ``values``."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        count = sum((inputs + 1) * neurons for inputs, neurons in _pairs(sizes))
        self.values = np.zeros(count, np.float32)
        self.gradients = np.zeros(count, np.float32)
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
    for inputs, neurons in _pairs(sizes):
        kernel = values[at : at + inputs * neurons].reshape(neurons, inputs)
        at += inputs * neurons
        layers.append((kernel, values[at : at + neurons].reshape(neurons, 1)))
        at += neurons
    return layers


def _pairs(sizes: Sequence[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(sizes))


class Pass:
    """A forward and backward pass through a network for a fixed number of images."""

    def __init__(self, network: Network, images: int) -> None:
        self._network = network
        self._outputs = [np.empty((size, images), np.float32) for size in network.sizes[1:]]
        self._errors = [np.empty_like(one) for one in self._outputs[:-1]]

    def forward(self, given: Floats) -> Floats:
        """Compute outputs of shape ``(outputs, images)`` for ``given`` of ``(images, inputs)``."""
        x = given.T
        for (kernel, bias), outputs in zip(self._network.layers, self._outputs, strict=True):
            np.matmul(kernel, x, out=outputs)
            np.add(outputs, bias, out=outputs)
            if outputs is not self._outputs[-1]:
                np.maximum(outputs, 0, out=outputs)
            x = outputs
        return x

    def backward(self, given: Floats, errors: Floats) -> None:
        """Compute the gradients of all weights from those of the logits, ``(outputs, images)``."""
        for at in range(len(self._outputs) - 1, -1, -1):
            kernel_gradients, bias_gradients = self._network.layer_gradients[at]
            below = self._outputs[at - 1].T if at else given
            np.matmul(errors, below, out=kernel_gradients)
            np.add.reduce(errors, axis=1, keepdims=True, out=bias_gradients)
            if at:
                np.matmul(self._network.layers[at][0].T, errors, out=self._errors[at - 1])
                errors = self._errors[at - 1]
                np.multiply(errors, self._outputs[at - 1] > 0, out=errors)
