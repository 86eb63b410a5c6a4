"""The recorded weights: the last ones, their mean over training, and their accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Evidence, Fit, Model
from autograder.core.image_numbers import spread_over
from autograder.datasets import Images
from autograder.judge.activations import Floats
from autograder.judge.inference import (
    UnknownLayer,
    Weights,
    as_given,
    outputs,
    weights_of,
)


def last_weights(evidence: Evidence, model: Model) -> Weights:
    """Return the weights of a model as they were handed in, and those of its front."""
    return weights_of(model, evidence.arrays)


def mean_weights(evidence: Evidence, fits: Sequence[Fit], *, epochs: int | None = None) -> Weights:
    """Return the mean weights over the second half of training, by the names of the last fit.

    ``epochs`` limits this to the first epochs. Empty where no means were recorded. Where a model
    went on as another object, the same weight may have had another name: it has the same place.
    """
    names = fits[-1].means if fits else ()
    snapshots = np.array([count for fit in fits for count in fit.snapshots][:epochs], float)
    window = slice(len(snapshots) // 2, None)
    means = {}
    for index, name in enumerate(names):
        each = [
            evidence.arrays.get(f"fit-{fit.number}/{fit.means[index]}")
            for fit in fits
            if len(fit.means) == len(names)
        ]
        recorded = [one for one in each if one is not None]
        if sum(len(one) for one in recorded) < len(snapshots) or not snapshots[window].sum():
            return {}
        if len({one.shape[1:] for one in recorded}) > 1:
            return {}
        epochs_means = np.concatenate(recorded)[: len(snapshots)]
        mean = np.average(epochs_means[window], axis=0, weights=snapshots[window])
        # As in Keras, and twice as fast as with the 64 bits of the mean.
        means[name] = mean.astype(np.float32)
    return means


def given_images(evidence: Evidence, fit: Fit, images: NDArray[np.uint8]) -> Floats | None:
    """Return the judge's own images as they were given for training, else for validation.

    ``None`` where neither is known. What was added to training images alone, such as noise, is not
    done to others.
    """
    every = (fit.training, fit.validation if fit.steps else None)
    found = (as_given(evidence, one, images) for one in every if one)
    return next((one for one in found if one is not None), None)


def kept_examples(evidence: Evidence, fit: Fit) -> Floats | None:
    """Return validation images that were recorded as given, which no map describes."""
    if fit.validation is None or fit.validation.split != "unknown":
        return None
    rows = evidence.arrays.get(fit.validation.rows or "")
    return rows.astype(np.float32) if rows is not None and rows.ndim == 2 and len(rows) else None


def accuracy(evidence: Evidence, model: Model, weights: Weights, fit: Fit, data: Images) -> float:
    """Return the share of the validation images that these weights classify correctly (0 to 1).

    Raises:
        UnknownLayer: the network or its input cannot be computed here.
    """
    images, labels = given_images(evidence, fit, data.valid_images), data.valid_labels
    if images is None:
        images = kept_examples(evidence, fit)
        if images is None or len(images) > len(labels):
            raise UnknownLayer("the preprocessing of its pixels is unknown")
        labels = labels[spread_over(len(labels), len(images))]
    scores = outputs(model, weights, images)
    return float(np.mean(scores.argmax(axis=1) == labels))


def never_moved(evidence: Evidence, model: Model, fits: Sequence[Fit]) -> bool:
    """Return whether no weight changed between at least two epochs, or none is trainable."""
    if not any(fit.means for fit in fits):
        return bool(fits and model.other_parameters and not model.trainable_parameters)
    found = False
    for name in fits[-1].means:
        recorded = [evidence.arrays.get(f"fit-{fit.number}/{name}") for fit in fits]
        epochs = [epoch for array in recorded if array is not None for epoch in array]
        if any(not np.array_equal(epoch, epochs[0]) for epoch in epochs):
            return False
        found = found or len(epochs) > 1
    return found
