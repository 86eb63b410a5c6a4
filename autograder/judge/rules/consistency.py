"""Contradictions in the evidence: what no training could have produced.

Each condition holds for every training that was really recorded, including one that was
interrupted, stopped early or split into several calls.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Evidence, Fit, Model
from autograder.core.report import CONTRADICTION
from autograder.core.text import plural
from autograder.core.verdicts import Failed, Skipped
from autograder.datasets import Images
from autograder.judge.inference import UnknownLayer, Weights, outputs
from autograder.judge.rules.models import fits_of, model_of
from autograder.judge.rules.rule import rule
from autograder.judge.rules.weights import given_images, last_weights

ACCURACIES = ("val_accuracy", "val_acc", "val_sparse_categorical_accuracy")
# The claim is the accuracy of the worst epoch, so any epoch can refute it: this many are enough.
MAX_CHECKED_EPOCHS = 32
# A network with other layers may behave differently during training.
PLAIN = frozenset({"InputLayer", "Flatten", "Reshape", "Rescaling", "Dense", "Softmax"})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is plausible for a lesson's network, as shares of the validation images.

    A network with this number of ``layers`` of neurons cannot classify the share ``claimed``
    correctly; a history that says so needs weights that reach at least the share ``explained``.
    """

    layers: int
    claimed: float
    explained: float


@rule(CONTRADICTION)
def contradictory(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images, limits: Limits
) -> Failed | None:
    """What was recorded of the training contradicts itself: it was changed, or our recorder erred.

    A look at the notebook tells which.
    """
    found = contradiction(evidence, model, fits, data, limits)
    if not found:
        return None
    return Failed(
        f"What was recorded of your training contradicts itself: {found}.",
        help="Restart the kernel and run all cells from the top. If this message comes back, ask"
        " your instructor to look.",
        why="The recorded results of the training are marked. If two of them cannot both be true,"
        " neither can be trusted.",
        how="Leave `history` and the weights as `fit` made them. Then train again.",
    )


def fits_to_judge(
    evidence: Evidence, question: str, data: Images, limits: Limits
) -> tuple[Fit, ...]:
    """Return the calls of ``fit``, at least one, on the model that was handed in.

    Raises:
        Skipped: there are none yet, or they contradict each other, which another check reports.
    """
    fits = fits_of(evidence, question)
    if not fits:
        raise Skipped("This is checked once the model is trained.")
    if contradiction(evidence, model_of(evidence, question), fits, data, limits):
        raise Skipped("This is checked once the mistake above is corrected.")
    return fits


def contradiction(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images, limits: Limits
) -> str | None:
    """Return the first contradiction in how a model was trained, ``None`` where there is none."""
    every = (_numbers, _epochs, _snapshots, _replays)
    found = itertools.chain.from_iterable(one(evidence, fits) for one in every)
    return next(found, None) or _history_contradiction(evidence, model, fits, data, limits)


def _numbers(evidence: Evidence, _: Sequence[Fit]) -> Iterator[str]:
    """Check that calls are numbered in order."""
    numbers = [fit.number for fit in evidence.recorded.fits] if evidence.recorded else []
    if any(after <= before for before, after in itertools.pairwise(numbers)):
        yield "two calls of `fit` have the same number"


def _epochs(_: Evidence, fits: Sequence[Fit]) -> Iterator[str]:
    """Check the epochs: at most as many as requested, with steps, and no longer curves.

    There may be a mean for one more epoch, which was interrupted.
    """
    for fit in fits:
        done = plural(fit.epochs_done, "epoch")
        if fit.epochs_requested is not None and fit.epochs_done > fit.epochs_requested:
            yield f"{done} are said to be done, of {fit.epochs_requested:,} that were asked for"
        if not fit.steps:
            yield f"{done} are said to be done without a single step"
        longest = max(map(len, fit.history.values()), default=0)
        if longest > fit.epochs_done:
            yield f"the history tells of {plural(longest, 'epoch')}, of which {done} took place"
        if len(fit.snapshots) > fit.epochs_done + 1:
            yield f"there are weights of {plural(len(fit.snapshots), 'epoch')} after {done}"


def _snapshots(evidence: Evidence, fits: Sequence[Fit]) -> Iterator[str]:
    """Check that there is at most one snapshot per step, and a mean for each epoch with some."""
    for fit in fits:
        taken = sum(fit.snapshots)
        if taken > fit.steps + len(fit.snapshots):
            yield f"{plural(taken, 'snapshot')} were taken in {plural(fit.steps, 'step')}"
        for name in fit.means:
            recorded = evidence.arrays.get(f"fit-{fit.number}/{name}")
            if recorded is not None and (not recorded.ndim or len(recorded) != len(fit.snapshots)):
                yield f"`{name}` was not kept as often as snapshots were taken"


def _replays(evidence: Evidence, fits: Sequence[Fit]) -> Iterator[str]:
    """Check that a training that the trainer did left the weights that the trainer says."""
    end_states = {one.left for one in evidence.run.replays if one.answer}
    for fit in fits:
        is_whole = fit.replayed and not fit.interrupted and fit.error is None
        # Of too many weights there is no digest.
        is_known = fit.states and "" not in end_states
        if is_whole and is_known and end_states.isdisjoint(fit.states):
            yield "its weights are not those of the training that it is said to repeat"


def _history_contradiction(
    evidence: Evidence, model: Model, fits: Sequence[Fit], data: Images, limits: Limits
) -> str | None:
    """Return a contradiction if the weights are far worse than the history says in every epoch."""
    claims = [(fit, _lowest_claim(fit, len(data.valid_images))) for fit in fits]
    suspicious = [one for one in claims if one[1] >= limits.claimed][-MAX_CHECKED_EPOCHS:]
    for fit, claimed in suspicious if _is_plain(model, limits.layers) else ():
        with contextlib.suppress(UnknownLayer):
            right = [
                _correct(evidence, model, weights, fit, data)
                for weights in _recorded_weights(
                    evidence, model, fit, MAX_CHECKED_EPOCHS // len(suspicious)
                )
            ]
            if not any(_is_plausible(one, claimed, limits.explained) for one in right):
                best = max(float(one.mean()) for one in right)
                return (
                    f"the history says that {claimed:.0%} of the validation images were"
                    f" classified correctly, and the weights classify {best:.0%}"
                )
    return None


def _lowest_claim(fit: Fit, total: int) -> float:
    """Return the lowest accuracy in the history for a validation with all validation images."""
    validation = fit.validation
    if not validation or validation.count != total:
        return 0.0
    if (validation.split, validation.labels) != ("validation", "matching"):
        return 0.0
    accuracies = [one for name in ACCURACIES for one in fit.history.get(name, ())]
    return min((one for one in accuracies if one is not None), default=0.0)


def _is_plain(model: Model, layers: int) -> bool:
    return len(model.dense) == layers and all(layer.kind in PLAIN for layer in model.layers)


def _recorded_weights(
    evidence: Evidence, model: Model, fit: Fit, max_epochs: int
) -> Iterator[Weights]:
    """Yield the weights handed in and the mean weights of up to ``max_epochs`` epochs."""
    last = last_weights(evidence, model)
    yield last
    recorded = {name: evidence.arrays.get(f"fit-{fit.number}/{name}") for name in fit.means}
    step = max(1, math.ceil(len(fit.snapshots) / max_epochs))
    for epoch in range(0, len(fit.snapshots), step):
        yield {**last, **{name: each[epoch] for name, each in recorded.items() if each is not None}}


def _correct(
    evidence: Evidence, model: Model, weights: Weights, fit: Fit, data: Images
) -> NDArray[np.bool_]:
    """Return for each validation image whether these weights classify it correctly."""
    images = given_images(evidence, fit, data.valid_images)
    if images is None:
        raise UnknownLayer("the preprocessing of its pixels is unknown")
    with np.errstate(all="ignore"):
        scores = outputs(model, weights, images)
    right: NDArray[np.bool_] = scores.argmax(axis=1) == data.valid_labels
    return right


def _is_plausible(right: NDArray[np.bool_], claimed: float, enough: float) -> bool:
    """Return whether the claim fits a validation with all images, or with the first few.

    The number of images that Keras validated is not recorded; the claim is a fraction of it.
    """
    counts = np.arange(1, len(right) + 1)
    is_fraction = np.abs(claimed * counts - np.round(claimed * counts)) < 1e-3
    return bool((is_fraction & (np.cumsum(right) / counts >= enough)).any()) or (
        float(right.mean()) >= enough
    )
