"""Ten neurons trained in NumPy alone, to compare with what the recorder says of Keras.

Nothing of Keras and nothing of the recorder is used. It counts in 64 bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def snapshot_steps(steps: int, batch: int, together: int = 1) -> list[int]:
    """After which steps of an epoch there is a snapshot, where ``together`` are taken at a time.

    The rule is the documentation's: every ``round(4000 / batch)`` steps and at the epoch's end.
    """
    every = round(4000 / batch)
    due = range(every, steps + 1, every)
    return sorted({steps, *(min(math.ceil(one / together) * together, steps) for one in due)})


@dataclass
class Cards:
    """Cards to study and their labels, and those to be asked."""

    x: NDArray
    y: NDArray
    quiz: tuple[NDArray, NDArray]


@dataclass
class Neurons:
    """One layer with softmax cross-entropy, and Adam.

    Kingma and Ba 2015, "Adam: a method for stochastic optimization", in the form at the end of
    section 2, with the defaults of the Keras documentation.
    """

    kernel: Floats
    bias: Floats
    steps: int = 0
    _first: dict[str, Floats | float] = field(default_factory=lambda: {"kernel": 0.0, "bias": 0.0})
    _second: dict[str, Floats | float] = field(default_factory=lambda: {"kernel": 0.0, "bias": 0.0})

    def ask(self, x: NDArray, y: NDArray) -> tuple[Floats, NDArray[np.bool_], Floats]:
        """Each loss, whether each answer is right, and the slope of the mean loss by outputs."""
        outputs = rows(x) @ self.kernel + self.bias
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        each = np.arange(len(y))
        slope = np.exp(logs)
        slope[each, y] -= 1
        return -logs[each, y], outputs.argmax(axis=1) == y, slope / len(y)

    def study(self, x: NDArray, y: NDArray) -> tuple[Floats, NDArray[np.bool_]]:
        """One step; each loss before it, and whether each answer was right."""
        losses, right, slope = self.ask(x, y)
        self.steps += 1
        self.kernel = self.kernel - self._change("kernel", rows(x).T @ slope)
        self.bias = self.bias - self._change("bias", slope.sum(axis=0))
        return losses, right

    def _change(self, name: str, slope: Floats) -> Floats:
        self._first[name] = 0.9 * self._first[name] + 0.1 * slope
        self._second[name] = 0.999 * self._second[name] + 0.001 * slope**2
        rate = 0.001 * math.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        return rate * self._first[name] / (np.sqrt(self._second[name]) + 1e-7)


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


def study(neurons: Neurons, cards: Cards, batches: Sequence[Places], due: Sequence[int]) -> Epoch:
    """Study an epoch, given as the places of each batch's cards, and take the quiz."""
    losses, right, snapshots = [], [], []
    for step, places in enumerate(batches, start=1):
        each, well = neurons.study(cards.x[places], cards.y[places])
        losses.append(each)
        right.append(well)
        if step in due:
            snapshots.append((neurons.kernel, neurons.bias))
    return Epoch(snapshots, figures_of(losses, right, neurons.ask(*cards.quiz)))


def figures_of(losses: list, right: list, quiz: tuple) -> dict[str, float]:
    """The figures of an epoch, from what each of its batches and the quiz came to."""
    quiz_losses, quiz_right, _ = quiz
    return {
        "loss": np.concatenate(losses).mean(),
        "accuracy": np.concatenate(right).mean(),
        "val_loss": quiz_losses.mean(),
        "val_accuracy": quiz_right.mean(),
    }


def chunks(places: Places, batch: int) -> list[Places]:
    """Batches of places; the last one may be smaller."""
    return [places[at : at + batch] for at in range(0, len(places), batch)]


def rows(x: NDArray) -> Floats:
    """Images of shape ``(n, 28, 28)`` as rows of 784 numbers."""
    return x.reshape(len(x), -1).astype(np.float64)
