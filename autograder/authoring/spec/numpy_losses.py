"""The loss, and its gradients with respect to the logits, which take the logits' place.

Sparse categorical cross-entropy as Keras computes it on TensorFlow. Logits have the shape
``(classes, images)``; the loss is the mean over the images.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.authoring.spec.numpy_network import Floats

# Keras clips probabilities to this range.
MIN_PROBABILITY = np.float32(1e-7)
MAX_PROBABILITY = np.float32(1 - 1e-7)

Labels = NDArray[np.intp]


def mean_loss(logits: Floats, labels: Labels) -> float:
    """Return the mean cross-entropy of logits of shape ``(classes, images)``."""
    raised = logits - np.maximum.reduce(logits, axis=0)
    own = raised[labels, np.arange(len(labels))]
    return float(np.mean(np.log(np.exp(raised).sum(axis=0)) - own))


def logit_gradients(logits: Floats, labels: Labels, columns: Labels) -> None:
    """Replace logits by the gradients of the loss; ``columns`` counts the images from 0."""
    np.subtract(logits, np.maximum.reduce(logits, axis=0), out=logits)
    np.exp(logits, out=logits)
    np.divide(logits, np.add.reduce(logits, axis=0), out=logits)
    logits[labels, columns] -= 1
    np.divide(logits, np.float32(len(labels)), out=logits)


def mistaken_gradients(logits: Floats, labels: Labels, columns: Labels) -> None:
    """Do the same with logits mistaken for probabilities: clip them to 0…1, then take logs."""
    within = (logits >= MIN_PROBABILITY) & (logits <= MAX_PROBABILITY)
    np.clip(logits, MIN_PROBABILITY, MAX_PROBABILITY, out=logits)
    inverse = within / logits
    np.log(logits, out=logits)
    logit_gradients(logits, labels, columns)
    np.multiply(logits, inverse, out=logits)
