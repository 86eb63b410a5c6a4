"""The learning curves of ``fit``, which explain why a training did not reach the threshold.

The student's kernel recorded the curves. They explain an accuracy that the judge measured itself,
and earn no points. A rule reports only what no right training shows, never what is merely unusual.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.evidence import Evidence, Fit, Model
from autograder.core.verdicts import Failed
from autograder.judge.rules.metric import ACCURACY
from autograder.judge.rules.rule import rule
from autograder.judge.rules.weights import never_moved
from autograder.reports.phrases import percent

# Fractions of the first loss: less change is flat; a larger rise is no accident of a single epoch.
FLAT = 0.001
RISEN = 0.05
# Times the accuracy of guessing; ten epochs of guessing on 12,000 images stay below.
NEAR_CHANCE = 1.3
# How far the validation accuracy may exceed the training accuracy; dropout lowers the latter.
FAR_BETTER = 0.2

Curve = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """The concatenated curves of all calls of ``fit``, one number per epoch; may be empty.

    Accuracies are fractions, losses are Keras' ``loss``.
    """

    loss: Curve
    accuracy: Curve
    validation_accuracy: Curve


def learning_curve_of(fits: Sequence[Fit]) -> LearningCurve:
    """Return the learning curves in the histories of these calls of ``fit``."""
    return LearningCurve(
        loss=_curve(fits, ("loss",)),
        accuracy=_curve(fits, ACCURACY),
        validation_accuracy=_curve(fits, tuple(f"val_{name}" for name in ACCURACY)),
    )


def _curve(fits: Sequence[Fit], names: Sequence[str]) -> Curve:
    recorded = [
        next((fit.history[name] for name in names if name in fit.history), ()) for fit in fits
    ]
    # JSON has no `nan`: it is recorded as null.
    return tuple(math.nan if one is None else one for curve in recorded for one in curve)


@rule("loss-not-a-number")
def loss_not_a_number(curves: LearningCurve) -> Failed | None:
    """The loss became `nan` while the weights stayed numbers, as labels without a class do."""
    if not any(math.isnan(one) for one in curves.loss):
        return None
    return Failed(
        "The loss became `nan`, which is no number; it should be a number that falls.",
        help="Look at the images and labels that you gave to `fit`: is each label the number of a"
        " class, and each pixel a number?",
        why="One `nan` spoils every sum that it goes into. After it the training cannot tell better"
        " from worse.",
        how="Build and compile again, then give `fit` the images and labels as they were loaded.",
    )


@rule("loss-exactly-zero")
def loss_exactly_zero(curves: LearningCurve) -> Failed | None:
    """The loss was exactly 0: the task had only one possible answer, so nothing was left to learn.

    All labels are the same, or the outputs are a single number.
    """
    if not curves.loss or any(curves.loss):
        return None
    return Failed(
        "The loss was exactly 0 in every epoch; no network tells so many classes apart without a"
        " doubt.",
        help="Look at the training labels: how many different ones are there?",
        why="A loss of zero means that nothing is left to learn. That happens when only one"
        " answer is possible, not when a network is good.",
        how="Give `fit` the labels as they were loaded: `train_labels`, with no slice or sum around"
        " them.",
    )


@rule("weights-unmoved")
def weights_unmoved(evidence: Evidence, model: Model, fits: Sequence[Fit]) -> Failed | None:
    """The weights stayed the same in every epoch: steps of no length, or a layer that is frozen."""
    if not never_moved(evidence, model, fits):
        return None
    return Failed(
        "The weights were the same in every epoch; each step should move them a little.",
        help="Look for a learning rate of zero, or a layer that is not trainable.",
        why="Training means changing weights. The images went by, and the network is the same as"
        " before.",
        how="Leave out `learning_rate` and `trainable`, then build, compile and train again.",
    )


@rule("loss-rising")
def loss_rising(curves: LearningCurve) -> Failed | None:
    """The loss grew from the first epoch to the last: the steps overshoot."""
    first, last = _ends(curves.loss)
    if not last > first * (1 + RISEN):
        return None
    return Failed(
        f"The loss rose from {first:.3g} in the first epoch to {last:.3g} in the last; it should"
        " fall.",
        help="Look at how long the steps are, and whether the labels belong to the images.",
        why="Each step goes downhill, as the optimizer sees it. Steps that are too long leap across"
        " the valley and land higher up.",
        how="Build again, compile with Adam and no learning rate of your own, then train again.",
    )


@rule("loss-flat")
def loss_flat(curves: LearningCurve) -> Failed | None:
    """The loss stayed where it was in all epochs: nothing was learned."""
    first, last = _ends(curves.loss)
    if not abs(last - first) <= FLAT * abs(first):
        return None
    return Failed(
        f"The loss stayed at {last:.3g} from the first epoch to the last; it should fall.",
        help="Look at the inputs: do the pixels differ from image to image? Then look at the"
        " learning rate.",
        why="A flat line means that the weights did not improve. Either the images are all alike,"
        " or the steps are too short to matter.",
        how="Print `train_images[0].min()` and `train_images[0].max()`, just before `fit`. If they"
        " are the same, load the images again.",
    )


@rule("accuracy-at-chance")
def accuracy_at_chance(curves: LearningCurve, classes: int) -> Failed | None:
    """Even the training images are classified no better than by guessing."""
    last = curves.accuracy[-1] if curves.accuracy else math.nan
    if not last <= NEAR_CHANCE / classes:
        return None
    return Failed(
        f"The model classifies {percent(last)} of its own training images correctly; guessing"
        f" gets 1 in {classes}.",
        help="Look whether each image still has its own label when it reaches `fit`.",
        why="The loss changed, so something was learned, but nothing that helps to classify."
        " Labels in a different order have that effect.",
        how="Show a few images with their labels just before `fit`. If they do not match, load"
        " the data again.",
    )


@rule("studied-worse-than-quizzed")
def training_worse_than_validation(curves: LearningCurve) -> Failed | None:
    """The training images are classified far worse than the validation images.

    Something happens to the network or to the images only while it is trained.
    """
    if not curves.accuracy or not curves.validation_accuracy:
        return None
    training, validation = curves.accuracy[-1], curves.validation_accuracy[-1]
    if not validation - training >= FAR_BETTER:
        return None
    return Failed(
        f"The model classifies {percent(validation)} of the validation images correctly and only"
        f" {percent(training)} of the training images; both should be similar.",
        help="Look for what happens only during training: a layer that drops much, noise, or"
        " labels that are partly wrong.",
        why="Validation accuracy far above training accuracy usually means noisy training labels.",
        how="Remove layers such as `Dropout` from the model, and give `fit` the training images"
        " as they were loaded.",
    )


def _ends(curve: Curve) -> tuple[float, float]:
    """Return the first and the last value of a curve, ``nan`` if it is shorter than two epochs."""
    return (curve[0], curve[-1]) if len(curve) > 1 else (math.nan, math.nan)
