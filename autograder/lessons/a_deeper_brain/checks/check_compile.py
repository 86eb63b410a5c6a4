"""Compile: a loss that fits the outputs and the labels, Adam, and accuracy for people."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Tell
from autograder.judge.rules.groups import accuracy_metric, classification_loss
from autograder.judge.rules.models import compiled_of, model_of
from autograder.judge.rules.optimizer import wrong_optimizer
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.constants import CLASSES


@pytest.mark.points(1)
def test_loss(evidence: Evidence, tell: Tell) -> None:
    """Sparse categorical cross-entropy, told the truth about what the outputs are."""
    compiled, model = compiled_of(evidence, "compile"), model_of(evidence, "compile")
    fits = evidence.fits(model.number)
    raise_first(*classification_loss(compiled, model, CLASSES, fits))
    tell.passed(
        "The loss fits the labels and the outputs: being certain and wrong costs most.",
        more="The loss reaches the weights of the hidden layer too, backwards through the last one."
        " That is called backpropagation.",
    )


@pytest.mark.points(1)
def test_optimizer(evidence: Evidence, tell: Tell) -> None:
    """The Adam optimizer."""
    raise_first(wrong_optimizer(compiled_of(evidence, "compile")))
    tell.passed(
        "Adam decides how far each weight moves after each batch.",
        more="Adam is short for adaptive moments. It was published in 2014 and has been the first"
        " choice of many ever since.",
    )


@pytest.mark.points(1)
def test_metric(evidence: Evidence, tell: Tell) -> None:
    """Accuracy is measured, so that people can follow."""
    raise_first(*accuracy_metric(compiled_of(evidence, "compile")))
    tell.passed(
        "Accuracy is measured: the share of images classified correctly.",
        more="Early stopping can watch a metric as well as a loss. The loss notices more: it falls"
        " even while the number of right answers stays the same.",
    )
