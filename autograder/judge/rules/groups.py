"""Rules that lessons ask together, in the order in which they name a mistake: the root first.

Each function returns what its rules found, to be handed to ``raise_first`` or ``fall_short``.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Compiled, Evidence, Fit, Model
from autograder.core.verdicts import Failed, Skipped, Verdict
from autograder.judge.rules import (
    accuracy,
    inputs,
    learning_curve,
    loss,
    metric,
    training_data,
    validation_data,
)
from autograder.judge.rules.outputs import output_steps
from autograder.judge.rules.rule import raise_first

Found = tuple[Verdict | None, ...]


def image_input(model: Model, shape: tuple[int, int]) -> Found:
    """Return what is wrong with how images of this *shape*, in pixels, reach the neurons."""
    return (
        inputs.no_input(model, shape),
        inputs.wrong_input_shape(model, shape),
        inputs.missing_flatten(model, shape),
        inputs.pixels_left_out(model, shape),
    )


def classification_loss(
    compiled: Compiled, model: Model, classes: int, fits: Sequence[Fit] = ()
) -> Found:
    """Return what is wrong with the loss for labels that number so many *classes*.

    ``fits`` are the later trainings, which tell what the labels were made into.
    """
    steps = output_steps(model)
    return (
        loss.one_hot_throughout(compiled, fits),
        loss.one_hot_loss(compiled, classes, fits),
        loss.binary_loss(compiled, classes),
        loss.regression_loss(compiled),
        loss.no_loss(compiled),
        loss.unknown_loss(compiled),
        loss.other_loss(compiled),
        loss.unknown_output_scale(steps),
        loss.softmax_twice(steps, compiled),
        loss.logits_as_probabilities(steps, compiled),
    )


def accuracy_metric(compiled: Compiled) -> Found:
    """Return what is wrong with the metrics, where accuracy is asked for."""
    return metric.no_metric(compiled), metric.other_metric(compiled)


def training_examples(fits: Sequence[Fit], count: int) -> Found:
    """Return what is wrong with what a model was trained on, where *count* images are given."""
    if not fits:
        return ()
    return (
        training_data.trained_on_validation(fits),
        training_data.mismatched_labels(fits[-1]),
        training_data.partial_training(fits[-1], count),
    )


def validation_examples(evidence: Evidence, fit: Fit, count: int) -> Found:
    """Return what is wrong with what a model was validated on, where *count* images are given."""
    return (
        validation_data.split_off(fit),
        validation_data.validated_on_training(fit),
        validation_data.no_validation(fit),
        validation_data.partial_validation(fit, count),
        validation_data.mismatched_validation_labels(fit),
        validation_data.validation_scaled_differently(evidence, fit),
    )


def low_accuracy(
    evidence: Evidence,
    model: Model,
    fits: tuple[Fit, ...],
    *,
    examples: int,
    epochs: int,
    batch: int,
    classes: int,
) -> tuple[Failed | None, ...]:
    """Return what can hold an accuracy down where every setting is right.

    Args:
        evidence: what the run left behind.
        model: the model whose accuracy is low.
        fits: its trainings.
        examples: images that there are to train on.
        epochs: how often all of them are enough.
        batch: images a step, at most.
        classes: how many classes there are, which says what guessing reaches.
    """
    curves = learning_curve.learning_curve_of(fits)
    return (
        learning_curve.loss_not_a_number(curves),
        learning_curve.loss_exactly_zero(curves),
        learning_curve.weights_unmoved(evidence, model, fits),
        accuracy.too_few_updates(fits, images=examples, epochs=epochs, batch=batch),
        accuracy.learning_rate_negative(model),
        accuracy.learning_rate_too_small(model),
        accuracy.learning_rate_too_large(model),
        learning_curve.loss_rising(curves),
        learning_curve.loss_flat(curves),
        learning_curve.accuracy_at_chance(curves, classes),
        learning_curve.training_worse_than_validation(curves),
    )


def raise_not_earned(evidence: Evidence, model: Model, fits: tuple[Fit, ...]) -> None:
    """Raise where an accuracy is high enough, but not by training on the training images.

    Raises:
        Failed: the weights came from elsewhere.
        Skipped: the model was trained on validation images, which another check says.
    """
    raise_first(accuracy.pretrained_weights(evidence, model, fits))
    if training_data.trained_on_validation(fits):
        raise Skipped("This is checked once the mistake above is corrected.")
