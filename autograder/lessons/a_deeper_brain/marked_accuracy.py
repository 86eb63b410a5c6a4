"""The accuracy that is marked: of the mean of the weights over the last epoch.

With a hidden layer the loss is not convex, and nothing says that the mean of weights that lie far
apart is any good. Within one epoch they stay in the same valley, and there the mean is both better
and steadier than any single step (Izmailov and others 2018, "Averaging weights leads to wider
optima and better generalization").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograder.core.evidence import Evidence, Fit, Model
from autograder.datasets import Images
from autograder.judge.inference import Weights
from autograder.judge.rules.weights import accuracy, last_weights


def epoch_weights(evidence: Evidence, fit: Fit, epoch: int = -1) -> Weights:
    """Return the mean of the weights over one recorded epoch, by default the last one.

    The mapping is empty if no means were recorded.
    """
    recorded = {name: evidence.arrays.get(f"fit-{fit.number}/{name}") for name in fit.means}
    if any(one is None or not len(one) for one in recorded.values()):
        return {}
    return {name: one[epoch] for name, one in recorded.items() if one is not None}


def marked_accuracy(evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images) -> float:
    """Return the accuracy to judge, from 0 to 1; ``nan`` if a weight is not finite.

    Raises:
        UnknownLayer: the network or what it was given cannot be computed here.
    """
    weights = {**last_weights(evidence, model), **epoch_weights(evidence, fits[-1])}
    if not all(np.isfinite(array).all() for array in weights.values()):
        return math.nan
    return accuracy(evidence, model, weights, fits[-1], data)
