"""Rules that lessons ask together, in the order in which they name a mistake: the root first.

Each function returns what its rules found, to be handed to ``raise_first`` or ``fall_short``.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Compiled, Evidence, Fit, Model
from autograder.core.verdicts import Failed, Skipped, Verdict
from autograder.judge.rules.accuracy import (
    learning_rate_negative,
    learning_rate_too_large,
    learning_rate_too_small,
    pretrained_weights,
    too_few_updates,
)
from autograder.judge.rules.inputs import (
    missing_flatten,
    no_input,
    pixels_left_out,
    wrong_input_shape,
)
from autograder.judge.rules.learning_curve import (
    accuracy_at_chance,
    learning_curve_of,
    loss_exactly_zero,
    loss_flat,
    loss_not_a_number,
    loss_rising,
    training_worse_than_validation,
    weights_unmoved,
)
from autograder.judge.rules.loss import (
    binary_loss,
    logits_as_probabilities,
    no_loss,
    one_hot_loss,
    one_hot_throughout,
    other_loss,
    regression_loss,
    softmax_twice,
    unknown_loss,
    unknown_output_scale,
)
from autograder.judge.rules.metric import no_metric, other_metric
from autograder.judge.rules.outputs import output_steps
from autograder.judge.rules.rule import raise_first
from autograder.judge.rules.training_data import (
    mismatched_labels,
    partial_training,
    trained_on_validation,
)
from autograder.judge.rules.validation_data import (
    mismatched_validation_labels,
    no_validation,
    partial_validation,
    split_off,
    validated_on_training,
    validation_scaled_differently,
)

Found = tuple[Verdict | None, ...]


def image_input(model: Model, shape: tuple[int, int]) -> Found:
    """Return what is wrong with how images of this *shape*, in pixels, reach the neurons."""
    return (
        no_input(model, shape),
        wrong_input_shape(model, shape),
        missing_flatten(model, shape),
        pixels_left_out(model, shape),
    )


def classification_loss(
    compiled: Compiled, model: Model, classes: int, fits: Sequence[Fit] = ()
) -> Found:
    """Return what is wrong with the loss for labels that number so many *classes*.

    ``fits`` are the later trainings, which tell what the labels were made into.
    """
    steps = output_steps(model)
    return (
        one_hot_throughout(compiled, fits),
        one_hot_loss(compiled, classes, fits),
        binary_loss(compiled, classes),
        regression_loss(compiled),
        no_loss(compiled),
        unknown_loss(compiled),
        other_loss(compiled),
        unknown_output_scale(steps),
        softmax_twice(steps, compiled),
        logits_as_probabilities(steps, compiled),
    )


def accuracy_metric(compiled: Compiled) -> Found:
    """Return what is wrong with the metrics, where accuracy is asked for."""
    return no_metric(compiled), other_metric(compiled)


def training_examples(fits: Sequence[Fit], count: int) -> Found:
    """Return what is wrong with what a model was trained on, where *count* images are given."""
    if not fits:
        return ()
    return (
        trained_on_validation(tuple(fits)),
        mismatched_labels(fits[-1]),
        partial_training(fits[-1], count),
    )


def validation_examples(evidence: Evidence, fit: Fit, count: int) -> Found:
    """Return what is wrong with what a model was validated on, where *count* images are given."""
    return (
        split_off(fit),
        validated_on_training(fit),
        no_validation(fit),
        partial_validation(fit, count),
        mismatched_validation_labels(fit),
        validation_scaled_differently(evidence, fit),
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
    curves = learning_curve_of(fits)
    return (
        loss_not_a_number(curves),
        loss_exactly_zero(curves),
        weights_unmoved(evidence, model, fits),
        too_few_updates(fits, images=examples, epochs=epochs, batch=batch),
        learning_rate_negative(model),
        learning_rate_too_small(model),
        learning_rate_too_large(model),
        loss_rising(curves),
        loss_flat(curves),
        accuracy_at_chance(curves, classes),
        training_worse_than_validation(curves),
    )


def raise_not_earned(evidence: Evidence, model: Model, fits: tuple[Fit, ...]) -> None:
    """Raise where an accuracy is high enough, but not by training on the training images.

    Raises:
        Failed: the weights came from elsewhere.
        Skipped: the model was trained on validation images, which another check says.
    """
    raise_first(pretrained_weights(evidence, model, fits))
    if trained_on_validation(fits):
        raise Skipped("This is checked once the mistake above is corrected.")
