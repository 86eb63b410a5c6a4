"""Compile: a loss that fits the outputs and the labels, Adam, and accuracy for people."""

from __future__ import annotations

import pytest

from autograder.checks import CannotTell, Failed, Tell
from autograder.evidence import Compiled, Evidence
from autograder.lessons.building_a_brain.facts import OPEN, model_of, output_steps

WANTED = "SparseCategoricalCrossentropy"
REGRESSION = (
    *("MeanSquaredError", "MeanAbsoluteError", "MeanSquaredLogarithmicError"),
    *("MeanAbsolutePercentageError", "Huber", "LogCosh"),
)
# Other losses that are common: what they are for, the way out, and what is believed.
OTHERS = {
    "CategoricalCrossentropy": (
        "expects each label as a row of ten zeros and ones; ours are integers from 0 to 9",
        "A relative of this loss takes integer labels: one word more in its name says so.",
        "one-hot-loss-on-integer-labels",
    ),
    "BinaryCrossentropy": (
        "decides between yes and no; there are ten classes to choose from",
        "Take the cross-entropy for many classes and integer labels.",
        "binary-loss",
    ),
    **dict.fromkeys(
        REGRESSION,
        (
            "measures distances between numbers; here labels are names, and 9 is not near 8",
            "Take the cross-entropy for classes with integer labels.",
            "regression-loss",
        ),
    ),
}
ACCURACY = ("accuracy", "acc", "sparse_categorical_accuracy", "SparseCategoricalAccuracy")


@pytest.mark.points(2)
def test_loss(evidence: Evidence, tell: Tell) -> None:
    """Sparse categorical cross-entropy, told the truth about what the outputs are."""
    compiled = _compiled(evidence)
    if compiled.loss in OTHERS:
        why, way_out, misconception = OTHERS[compiled.loss]
        raise Failed(
            f"The loss is {compiled.loss}, which {why}.", help=way_out, misconception=misconception
        )
    if compiled.loss == "custom" or compiled.loss.endswith(" (custom)"):
        raise CannotTell(
            "The loss is one of your own; whether it is sparse categorical cross-entropy cannot be"
            " told from outside.",
            help=f"{OPEN} Keras has this loss ready in `tf.keras.losses`.",
        )
    if not compiled.loss:
        raise Failed(
            "There is no loss; the blank asks for sparse categorical cross-entropy.",
            help="The loss marks the work: without one there is nothing to learn from.",
            misconception="other-loss",
        )
    if compiled.loss != WANTED:
        raise Failed(
            f"The loss is {compiled.loss}; the blank asks for sparse categorical cross-entropy.",
            help="Keras has it ready under that very name in `tf.keras.losses`.",
            misconception="other-loss",
        )
    _fits_outputs(evidence, logits=compiled.loss_settings.get("from_logits") is True)
    tell.passed("The loss fits the labels and the outputs: to be sure and wrong costs most.")


def _fits_outputs(evidence: Evidence, *, logits: bool) -> None:
    steps = output_steps(model_of(evidence, "compile"))
    # The last step decides what the outputs are.
    if steps and steps[-1] == "custom":
        raise CannotTell(
            "Whether the loss fits the outputs cannot be told: they go through a function or a"
            " layer that is not known here.",
            help=OPEN,
        )
    if steps and steps[-1] == "softmax" and logits:
        raise Failed(
            "The model's outputs are probabilities already (softmax), but the loss is told to"
            " expect plain sums, from which it makes probabilities itself.",
            help="Do it in one place only: either in the last layer or in the loss.",
            misconception="softmax-with-logits-loss",
        )
    if steps == () and not logits:
        raise Failed(
            "The model's outputs are plain sums, but the loss takes them for probabilities.",
            help="Tell the loss that it gets raw outputs. Its documentation calls them logits.",
            misconception="logits-treated-as-probabilities",
        )


@pytest.mark.points(1)
def test_optimizer(evidence: Evidence, tell: Tell) -> None:
    """The Adam optimizer."""
    optimizer = _compiled(evidence).optimizer
    if optimizer != "Adam":
        raise Failed(
            f"The optimizer is {optimizer or 'missing'}; the blank asks for Adam.",
            help="Say so when you compile, by its name or as an object: without a word from you"
            " Keras takes RMSprop.",
            misconception="wrong-optimizer",
        )
    tell.passed("Adam decides how far each weight moves after each batch.")


@pytest.mark.points(1)
def test_metric(evidence: Evidence, tell: Tell) -> None:
    """Accuracy is measured, so that people can follow."""
    metrics = _compiled(evidence).metrics
    if not metrics:
        raise Failed(
            "No metric is measured; the blank asks for accuracy, so that a person can follow.",
            help="Metrics are a list that `compile` takes. Put accuracy into it.",
            misconception="no-accuracy-metric",
        )
    if not any(metric in ACCURACY for metric in metrics):
        found = ", ".join(f"`{one}`" for one in metrics)
        raise Failed(
            f"What is measured is {found}; the blank asks for accuracy, the share of the cards that"
            " were sorted right.",
            help="The plain word accuracy in quotes is enough: Keras picks the kind that fits.",
            misconception="no-accuracy-metric",
        )
    tell.passed("Accuracy is measured: the share of the cards that were sorted right.")


def _compiled(evidence: Evidence) -> Compiled:
    model = model_of(evidence, "compile")
    compiled = model.compiled
    if compiled is None:
        raise Failed(
            "Your cell ran, but the model is not compiled.",
            help="Call the `compile` method of `model` with an optimizer, a loss and a metric.",
            misconception="not-compiled",
        )
    if not compiled.loss and any(fit.steps for fit in evidence.fits(model.number)):
        raise CannotTell(
            "The model was compiled with something that cannot be written down, such as a loss of"
            " your own.",
            help=OPEN,
        )
    return compiled
