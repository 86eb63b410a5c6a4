"""The accuracy that is marked: of the mean of the weights, on the judge's own validation cards.

The accuracy after the last step jumps about from step to step; that of the mean of the weights
does not. Averaging is right here because the loss of a single linear layer is convex (Polyak and
Juditsky 1992, "Acceleration of stochastic approximation by averaging").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograder.dataset import FashionMnist
from autograder.evidence import Evidence, Fit, Model
from autograder.lesson import Lesson
from autograder.network import UnknownLayer, Weights, as_given, outputs
from autograder.report import Standing
from autograder.study.reference import load_reference

NOT_THE_LOG = (
    "This is not the last line of your training log: that line is about the last step alone and"
    " jumps up and down, while the mean of the weights over the second half of training is steady."
)


def standing(lesson: Lesson, data: str, reached: float) -> Standing:
    """Where a marked accuracy stands among right solutions, as the lesson's study found them."""
    bar = lesson.thresholds[data]
    return load_reference(lesson.folder).standing(data, reached, bar, NOT_THE_LOG)


def last_weights(evidence: Evidence, model: Model) -> Weights:
    """The weights of a model as they were handed in."""
    return {
        f"{layer.name}/{weight.name}": evidence.arrays[weight.array]
        for layer in model.layers
        for weight in layer.weights
        if weight.array and weight.array in evidence.arrays
    }


def mean_weights(evidence: Evidence, fits: Sequence[Fit], *, epochs: int | None = None) -> Weights:
    """The mean of the weights over the second half of training.

    ``epochs`` looks at the first so many only. Empty where no means were recorded.
    """
    names = fits[-1].means if fits else ()
    snapshots = np.array([count for fit in fits for count in fit.snapshots][:epochs], float)
    window = slice(len(snapshots) // 2, None)
    means = {}
    for name in names:
        each = [evidence.arrays.get(f"fit-{fit.number}/{name}") for fit in fits]
        kept = [one for one in each if one is not None]
        if sum(len(one) for one in kept) < len(snapshots) or not snapshots[window].sum():
            return {}
        epochs_means = np.concatenate(kept)[: len(snapshots)]
        mean = np.average(epochs_means[window], axis=0, weights=snapshots[window])
        # As Keras computes, and twice as fast as with the 64 bits that the mean was taken in.
        means[name] = mean.astype(np.float32)
    return means


def accuracy(
    evidence: Evidence, model: Model, weights: Weights, fit: Fit, data: FashionMnist
) -> float:
    """The share of the validation cards that these weights sort right, between 0 and 1.

    Raises:
        UnknownLayer: the network or what it was given cannot be computed here.
    """
    images = as_given(evidence, fit.training, data.valid_images)
    if images is None:
        raise UnknownLayer("what was done to its pixels could not be told")
    said = outputs(model, weights, images)
    return float(np.mean(said.argmax(axis=1) == data.valid_labels))


def marked_accuracy(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: FashionMnist, *, simple: bool
) -> float:
    """The accuracy to judge, ``nan`` where the weights are no longer numbers.

    Of a network that is not ``simple``, one layer of neurons, the better of mean and last: there
    the mean of the weights means little.

    Raises:
        UnknownLayer: as for :func:`accuracy`.
    """
    last, mean = last_weights(evidence, model), mean_weights(evidence, fits)
    candidates = [{**last, **mean}] if simple else [{**last, **mean}, {**last}]
    finite = [one for one in candidates if all(np.isfinite(array).all() for array in one.values())]
    if not finite:
        return math.nan
    return max(accuracy(evidence, model, one, fits[-1], data) for one in finite)
