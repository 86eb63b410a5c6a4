"""The weights with which training began: good ones of unknown origin need manual review."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from autograder.core.evidence import Evidence, Fit, Model
from autograder.core.verdicts import CannotTell
from autograder.datasets import Images
from autograder.judge.identity import origins
from autograder.judge.inference import UnknownLayer, Weights
from autograder.judge.rules.rule import OPEN
from autograder.judge.rules.weights import accuracy, kept_examples, last_weights
from autograder.reports.phrases import percent

# One image of so many is enough to see that weights are at random.
FEW = 100


def started_trained(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images, threshold: float
) -> CannotTell | None:
    """Return ``CannotTell`` if weights of unknown origin reached the threshold before training."""
    every = evidence.recorded.fits if evidence.recorded else ()
    for origin in origins(fits, every):
        weights = _start_weights(evidence, model, origin)
        reached = 0.0
        if weights:
            reached = _at_start(evidence, model, weights, fits[-1], data, threshold / 2)
        if reached >= threshold:
            return CannotTell(
                f"The weights classified {percent(reached)} of the validation images correctly"
                " before `fit` was called, and no earlier call of `fit` in this notebook left them;"
                " this needs manual review.",
                help=f"{OPEN} If you loaded or set weights before the call of `fit`, say in a"
                " comment where they come from.",
            )
    return None


def _at_start(
    evidence: Evidence, model: Model, weights: Weights, fit: Fit, data: Images, low: float
) -> float:
    """Return the accuracy of weights, on a few images where it is *low*; 0 where it is unknown."""
    # Others for other weights: nobody can make weights that are bad on these alone.
    order = np.random.default_rng(list(fit.start.encode())).permutation(len(data.valid_labels))
    chosen = np.sort(order[: max(1, len(order) // FEW)])
    few = replace(
        data, valid_images=data.valid_images[chosen], valid_labels=data.valid_labels[chosen]
    )
    reached = 0.0
    with contextlib.suppress(UnknownLayer), np.errstate(all="ignore"):
        # Of recorded examples it is known only among all where they belong.
        for images in (few, data) if kept_examples(evidence, fit) is None else (data,):
            reached = accuracy(evidence, model, weights, fit, images)
            if reached < low:
                break
    return reached


def _start_weights(evidence: Evidence, model: Model, fit: Fit) -> Weights | None:
    """Return the weights of a model with which a training started, ``None`` if not recorded.

    Those that it learns are recorded where no earlier training left them. If the training was of
    another object, the same weight may have had another name: it has the same place.
    """
    prefix, last = f"fit-{fit.number}/start/", last_weights(evidence, model)
    start = {
        name.removeprefix(prefix): one
        for name, one in evidence.arrays.items()
        if name.startswith(prefix)
    }
    if not start.keys() <= last.keys():
        names = [
            f"{layer.name}/{weight.name}"
            for layer in model.layers
            for weight in layer.weights
            if weight.trainable
        ]
        start = dict(zip(names, start.values(), strict=False)) if len(start) == len(names) else {}
    fitting = all(name in last and one.shape == last[name].shape for name, one in start.items())
    return {**last, **start} if start and fitting else None
