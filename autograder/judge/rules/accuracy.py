"""The accuracy that the judge measured: why it is below the threshold."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence

import numpy as np

from autograder.core.evidence import Evidence, Fit, Model
from autograder.core.verdicts import CannotTell, Failed
from autograder.judge.identity import EXACTLY, NEARLY, averaged, digests_of, fit_with_state
from autograder.judge.inference import UnknownLayer, Weights
from autograder.judge.rules.consistency import Limits
from autograder.judge.rules.rule import OPEN, rule
from autograder.judge.rules.training_data import NEARLY_ALL
from autograder.judge.rules.weights import kept_examples, last_weights, never_moved
from autograder.reports.phrases import percent

# The learning rates with which Adam reaches the threshold; Keras' default is 0.001.
RATES = (0.0005, 0.01)


def accuracy_summary(reached: float, threshold: float, averaged: str) -> str:
    """Return a sentence on the accuracy on the validation images; ``averaged`` says of what."""
    return (
        f"{averaged}, your model classifies {percent(reached)} of the validation images correctly"
        f" (threshold: {threshold * 100:.0f} %)."
    )


def fall_short(measured: str, *causes: Failed | None) -> Failed:
    """Return the first cause that was found, with the accuracy (``measured``) in front."""
    cause = next(one for one in (*causes, below_threshold()) if one)
    cause.message = f"{measured} {cause.message}"
    return cause


@contextlib.contextmanager
def can_be_computed(what: str) -> Iterator[None]:
    """Request manual review if the judge cannot compute ``what``.

    Raises:
        CannotTell: a layer, or the map of the pixels, is unknown.
    """
    try:
        yield
    except UnknownLayer as reason:
        raise CannotTell(f"{what} could not be worked out: {reason}.", help=OPEN) from None


@rule("weights-replaced-after-training")
def weights_replaced(evidence: Evidence, model: Model, fits: Sequence[Fit]) -> Failed | None:
    """The weights were trained, and then others were put in their place."""
    digests, trained = digests_of(evidence, model), [fit for fit in fits if fit.steps]
    if digests is None or not trained or not all(fit.states for fit in trained):
        return None
    if fit_with_state(digests, trained) or averaged(model.average, trained, NEARLY):
        return None
    return Failed(
        "The weights of this model were replaced after training:"
        f" {_replacement(last_weights(evidence, model))}.",
        help="Leave the weights as `fit` left them. Then run the cells that build, compile and"
        " train again, in this order.",
        why="What a network learned is in its weights. With other weights it is another network,"
        " and your training is what is marked.",
        how="Look for `set_weights`, `assign`, `load_weights` or an unfinished copy after the call"
        " of `fit`, and take it out. Weights that were saved during training may come back.",
    )


def nearly_trained(model: Model, fits: Sequence[Fit]) -> CannotTell | None:
    """Return ``CannotTell`` if the weights are near to what training left, and of no epoch."""
    if averaged(model.average, fits, EXACTLY) or not averaged(model.average, fits, NEARLY):
        return None
    return CannotTell(
        "The weights of this model are near to those that training left in it, but they are those"
        " of no epoch, nor an average of some; this needs manual review.",
        help=f"{OPEN} If you changed the weights after the call of `fit`, say in a comment how.",
    )


def implausible(evidence: Evidence, fit: Fit, reached: float, limits: Limits) -> CannotTell | None:
    """Return ``CannotTell`` if the recorded validation images are classified too well."""
    if kept_examples(evidence, fit) is None or reached < limits.claimed:
        return None
    return CannotTell(
        f"Of the validation images as your model was given them it classifies {percent(reached)}"
        " correctly, but the preprocessing of their pixels is unknown; this needs manual review.",
        help=OPEN,
    )


def _replacement(weights: Weights) -> str:
    values = [one for name, one in weights.items() if not name.startswith("/")]
    if not all(np.isfinite(one).all() for one in values):
        return "they are not numbers (`nan`)"
    if not any(one.any() for one in values):
        return "they are all 0"
    return "they are of no epoch and no checkpoint"


@rule("not-trained")
def pretrained_weights(evidence: Evidence, model: Model, fits: Sequence[Fit]) -> Failed | None:
    """The weights are good, and were so before training, which changed none of them."""
    if not never_moved(evidence, model, fits):
        return None
    return Failed(
        "The weights classify well, but training changed none of them: they are the same in every"
        " epoch.",
        help="Build and compile again, with Adam as Keras sets it, then train: the weights should"
        " be learned from the images.",
        why="Your training is what is marked. Weights from elsewhere say nothing about it.",
        how="Remove what loads or sets weights, and a learning rate of zero. Then run the cells"
        " that build, compile and train.",
    )


@rule("diverged")
def diverged(reached: float) -> Failed | None:
    """The weights are no longer numbers, because the steps were far too long."""
    if math.isfinite(reached):
        return None
    return Failed(
        "The weights are no longer numbers (`nan`): the steps were so large that the loss grew"
        " without bound.",
        help="Leave the learning rate as Keras sets it, then build, compile and train again.",
        why="A step that is too long ends higher up the slope than it began. The next one is even"
        " longer.",
        how="Give the optimizer by its name alone. Build the model again first: weights that are"
        " `nan` stay `nan`.",
    )


@rule("under-trained")
def too_few_updates(fits: Sequence[Fit], *, images: int, epochs: int, batch: int) -> Failed | None:
    """The weights were changed too few times, as huge batches do: the epochs alone do not tell."""
    steps = sum(fit.steps for fit in fits)
    wanted = epochs * math.ceil(images / batch)
    if steps >= NEARLY_ALL * wanted:
        return None
    # Of small batches there are few where `steps_per_epoch` ends an epoch before all images.
    cut = all(fit.batch_size is not None and fit.batch_size <= batch for fit in fits)
    setting = "steps_per_epoch" if cut else "batch_size"
    return Failed(
        f"The weights were changed {steps:,} times; {epochs} epochs in batches of {batch} change"
        f" them {wanted:,} times.",
        help="Train for more epochs, or leave"
        f" {'`steps_per_epoch` out' if cut else 'the batch size alone'}.",
        why="The weights change once for each batch, not for each image. A batch of a thousand"
        " images is one step; thirty small batches are thirty steps.",
        how=f"Remove `{setting}` from the call of `fit`. Build, compile and train again.",
    )


@rule("under-trained")
def learning_rate_too_small(model: Model) -> Failed | None:
    """The learning rate is so small that the weights hardly moved."""
    rate = _rate(model)
    if rate is None or not 0 <= rate < RATES[0]:
        return None
    return Failed(
        f"The learning rate is {rate:g}, so the steps are tiny; those that Keras takes by itself"
        " get there.",
        help="Look at where you set the learning rate. How far do the weights get with steps of"
        " this length?",
        why="The learning rate is the length of a step. With tiny steps, training takes very long.",
        how="Leave the learning rate as Keras sets it for Adam, 0.001. Build, compile and train"
        " again.",
    )


@rule("loss-rising")
def learning_rate_negative(model: Model) -> Failed | None:
    """The learning rate is negative, so each step increases the loss."""
    rate = _rate(model)
    if rate is None or rate >= 0:
        return None
    return Failed(
        f"The learning rate is negative ({rate:g}), so each step increases the loss.",
        help="Look at the sign of the learning rate.",
        why="The optimizer computes which way is downhill; the learning rate is the length of the"
        " step. A negative length goes the other way.",
        how="Leave the learning rate as Keras sets it for Adam, 0.001. Build, compile and train"
        " again.",
    )


@rule("learning-rate-too-large")
def learning_rate_too_large(model: Model) -> Failed | None:
    """The learning rate is so large that the weights leap about."""
    rate = _rate(model)
    if rate is None or rate <= RATES[1]:
        return None
    return Failed(
        f"The learning rate is {rate:g}, so the steps are long; those that Keras takes by itself"
        " get there.",
        help="Look at where you set the learning rate. Does the loss jump up and down?",
        why="Near the bottom of a valley long steps jump from one side to the other. Short ones get"
        " down.",
        how="Leave the learning rate out and give the optimizer by its name. Then build, compile"
        " and train again.",
    )


@rule("under-trained")
def below_threshold() -> Failed:
    """The accuracy is below the threshold, and the evidence shows no reason."""
    return Failed(
        "Nothing else in your training shows a reason: it may need more time.",
        help="Build and compile again, then train again, perhaps for more epochs.",
        why="Weights start at random, and a right network reaches the threshold from almost any"
        " start. It only needs enough steps.",
        how="Run the cells that build, compile and train again, in this order, with twice as many"
        " epochs.",
    )


def _rate(model: Model) -> float | None:
    rate = model.compiled.optimizer_settings.get("learning_rate") if model.compiled else None
    return rate if isinstance(rate, float) else None
