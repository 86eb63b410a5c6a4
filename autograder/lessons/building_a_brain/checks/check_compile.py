"""Compile: a loss that fits the outputs and the labels, Adam, and accuracy for people."""

from __future__ import annotations

import pytest

from autograder.checks import Failed
from autograder.evidence import Compiled, Evidence
from autograder.lessons.building_a_brain.facts import model_of, output_activation
from autograder.pytest_plugin import Tell

REGRESSION = ["MeanSquaredError", "MeanAbsoluteError", "MeanSquaredLogarithmicError", "MeanAbsolutePercentageError", "Huber", "LogCosh"]
ACCURACY = ("accuracy", "acc", "sparse_categorical_accuracy", "SparseCategoricalAccuracy")


@pytest.mark.points(2)
def test_loss(evidence: Evidence, tell: Tell) -> None:
    """Sparse categorical cross-entropy, told the truth about what the outputs are."""
    loss = _compiled(evidence)
    if loss.loss in REGRESSION:
        raise Failed(
            f"The loss is {loss.loss}, which measures distances between numbers; label 9 is not"
            " nearer to 8 than to 0.",
            help="Labels name classes here. Take the cross-entropy for integer labels.",
            misconception="regression-loss",
        )
    if loss.loss == "CategoricalCrossentropy":
        raise Failed(
            "CategoricalCrossentropy expects each label as ten zeros and ones; ours are integers"
            " from 0 to 9.",
            help="One word in the name of the loss says that labels are integers.",
            misconception="one-hot-loss-on-integer-labels",
        )
    if loss.loss == "BinaryCrossentropy":
        raise Failed(
            "BinaryCrossentropy answers yes or no; there are ten classes to choose from.",
            help="Take the cross-entropy for many classes and integer labels.",
            misconception="binary-loss",
        )
    if loss.loss != "SparseCategoricalCrossentropy":
        raise Failed(
            f"The loss is {loss.loss or 'missing'}; the blank asks for sparse categorical"
            " cross-entropy.",
            help="Keras has it ready under that very name in `tf.keras.losses`.",
            misconception="other-loss",
        )
    _fits_outputs(evidence, logits=loss.loss_settings.get("from_logits") is True)
    tell.passed("The loss fits the labels and the outputs: confident and wrong costs most.")


def _fits_outputs(evidence: Evidence, *, logits: bool) -> None:
    activation = output_activation(model_of(evidence, "compile"))
    if activation == "softmax" and logits:
        raise Failed(
            "The model already turns its outputs into probabilities (softmax), and the loss was"
            " told to do it once more.",
            help="Do it in one place: either in the last layer or in the loss.",
            misconception="softmax-with-logits-loss",
        )
    if activation == "linear" and not logits:
        raise Failed(
            "The outputs are plain sums, but the loss takes them for probabilities.",
            help="Tell the loss that it gets raw outputs: look for the word logits.",
            misconception="logits-treated-as-probabilities",
        )


@pytest.mark.points(1)
def test_optimizer(evidence: Evidence, tell: Tell) -> None:
    """The Adam optimizer."""
    optimizer = _compiled(evidence).optimizer
    if optimizer != "Adam":
        raise Failed(
            f"The optimizer is {optimizer}; the blank asks for Adam.",
            help="Name it when you compile, by its name or as an object.",
            misconception="wrong-optimizer",
        )
    tell.passed("Adam decides how far each weight moves after each batch.")


@pytest.mark.points(1)
def test_metric(evidence: Evidence, tell: Tell) -> None:
    """Accuracy is measured, so that people can follow."""
    metrics = _compiled(evidence).metrics
    if not metrics:
        raise Failed(
            "No metric is measured; nobody could read from the log how good it gets.",
            help="Ask for accuracy when you compile.",
            misconception="no-accuracy-metric",
        )
    if not any(metric in ACCURACY for metric in metrics):
        raise Failed(
            f"{', '.join(metrics)} is measured; the blank asks for accuracy.",
            help="The plain word for the metric is enough: Keras picks the kind that fits.",
            misconception="no-accuracy-metric",
        )
    tell.passed("Accuracy is measured: the share of the cards that were sorted right.")


def _compiled(evidence: Evidence) -> Compiled:
    compiled = model_of(evidence, "compile").compiled
    if compiled is None:
        raise Failed(
            "The model is not compiled.",
            help="Call `model.compile` with a loss, an optimizer and a metric.",
            misconception="not-compiled",
        )
    return compiled
