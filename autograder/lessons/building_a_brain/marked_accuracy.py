"""The accuracy that is marked: of the mean of the weights, on the judge's own validation cards.

The accuracy after the last step jumps about from step to step; that of the mean of the weights
does not. Averaging is right here because the loss of a single linear layer is convex (Polyak and
Juditsky 1992, "Acceleration of stochastic approximation by averaging").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograder.core.evidence import Evidence, Fit, Model
from autograder.datasets import Images
from autograder.judge.rules.weights import accuracy, last_weights, mean_weights

NOT_THE_LOG = (
    "This is not the last line of your training log: that line is about the last step alone and"
    " jumps up and down, while the mean of the weights over the second half of training is steady."
)


def marked_accuracy(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images, *, simple: bool
) -> float:
    """Return the accuracy to judge, from 0 to 1; ``nan`` if a weight is not finite.

    A ``simple`` network has one layer of neurons and is judged by the mean of its weights. For any
    other the mean says little: there the better of the mean and the last weights counts.

    Raises:
        UnknownLayer: the network or what it was given cannot be computed here.
    """
    last, mean = last_weights(evidence, model), mean_weights(evidence, fits)
    candidates = [{**last, **mean}] if simple else [{**last, **mean}, {**last}]
    finite = [one for one in candidates if all(np.isfinite(array).all() for array in one.values())]
    if not finite:
        return math.nan
    return max(accuracy(evidence, model, one, fits[-1], data) for one in finite)
