"""The loss, and its slopes with respect to the outputs, which take the outputs' place.

Sparse categorical cross-entropy as Keras works it out on TensorFlow. Outputs have the shape
``(outputs, cards)``; the loss is the mean over the cards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_network import Floats

# Keras keeps what it takes for probabilities this far from 0 and from 1.
LEAST = np.float32(1e-7)
MOST = np.float32(1 - 1e-7)

Labels = NDArray[np.intp]


def mean_loss(outputs: Floats, labels: Labels) -> float:
    """Return the mean cross-entropy of logits of shape ``(classes, images)``."""
    raised = outputs - np.maximum.reduce(outputs, axis=0)
    own = raised[labels, np.arange(len(labels))]
    return float(np.mean(np.log(np.exp(raised).sum(axis=0)) - own))


def raw_slopes(outputs: Floats, labels: Labels, columns: Labels) -> None:
    """Put the loss' slopes in the place of raw outputs; ``columns`` counts the cards from 0."""
    np.subtract(outputs, np.maximum.reduce(outputs, axis=0), out=outputs)
    np.exp(outputs, out=outputs)
    np.divide(outputs, np.add.reduce(outputs, axis=0), out=outputs)
    outputs[labels, columns] -= 1
    np.divide(outputs, np.float32(len(labels)), out=outputs)


def mistaken_slopes(outputs: Floats, labels: Labels, columns: Labels) -> None:
    """Do the same with logits mistaken for probabilities: clip them to 0…1, then take logs."""
    within = (outputs >= LEAST) & (outputs <= MOST)
    np.clip(outputs, LEAST, MOST, out=outputs)
    inverse = within / outputs
    np.log(outputs, out=outputs)
    raw_slopes(outputs, labels, columns)
    np.multiply(outputs, inverse, out=outputs)
