"""Optimizers as Keras has them, on one array of all weights.

Adam after Kingma and Ba (2015), in the form of their section 2, with Keras' epsilon and its order
of operations, in 32 bits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from autograder.authoring.spec.numpy_network import Floats

BETAS = (0.9, 0.999)
EPSILON = np.float32(1e-7)
BLOCK = 1_000


class Optimizer(Protocol):
    """Moves weights against their gradients."""

    def step(self, values: Floats, gradients: Floats) -> None:
        """Change ``values``, of the same shape as ``gradients``, in place."""


class Adam:
    """Adam with Keras' settings."""

    def __init__(self, count: int, rate: float) -> None:
        self._step_sizes = _step_sizes(rate)
        self._means, self._squares, self._one, self._other = np.zeros((4, count), np.float32)

    def step(self, values: Floats, gradients: Floats) -> None:
        """Change ``values`` in place."""
        one, other = self._one, self._other
        np.subtract(gradients, self._means, out=one)
        np.multiply(one, np.float32(1 - BETAS[0]), out=one)
        np.add(self._means, one, out=self._means)
        np.multiply(gradients, gradients, out=one)
        np.subtract(one, self._squares, out=one)
        np.multiply(one, np.float32(1 - BETAS[1]), out=one)
        np.add(self._squares, one, out=self._squares)
        np.sqrt(self._squares, out=one)
        np.add(one, EPSILON, out=one)
        np.multiply(self._means, next(self._step_sizes), out=other)
        np.divide(other, one, out=other)
        np.subtract(values, other, out=values)


def _step_sizes(rate: float) -> Iterator[np.float32]:
    """Yield the bias-corrected size of each step, computed in blocks to save calls of NumPy."""
    first, second = (np.float32(one) for one in BETAS)
    for begin in itertools.count(1, BLOCK):
        steps = np.arange(begin, begin + BLOCK, dtype=np.float32)
        yield from np.float32(rate) * (np.sqrt(1 - second**steps) / (1 - first**steps))


class Sgd:
    """Plain gradient descent."""

    def __init__(self, count: int, rate: float) -> None:
        self._rate = np.float32(rate)
        self._step = np.empty(count, np.float32)

    def step(self, values: Floats, gradients: Floats) -> None:
        """Change ``values`` in place."""
        np.multiply(gradients, self._rate, out=self._step)
        np.subtract(values, self._step, out=values)
