"""Compile: a loss that fits the outputs and the labels, Adam, and accuracy for people."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Tell
from autograder.judge.rules.groups import accuracy_metric, classification_loss
from autograder.judge.rules.models import compiled_of, model_of
from autograder.judge.rules.optimizer import wrong_optimizer
from autograder.judge.rules.rule import raise_first
from autograder.lessons.building_a_brain.constants import CLASSES


@pytest.mark.points(2)
def test_loss(evidence: Evidence, tell: Tell) -> None:
    """Sparse categorical cross-entropy, told the truth about what the outputs are."""
    compiled, model = compiled_of(evidence, "compile"), model_of(evidence, "compile")
    fits = evidence.fits(model.number)
    raise_first(*classification_loss(compiled, model, CLASSES, fits))
    tell.passed(
        "The loss fits the labels and the outputs: being certain and wrong costs most.",
        more="Before it has learned anything, a network that gives each of ten classes the same"
        " chance has a loss of about 2.3, the natural logarithm of 10.",
    )


@pytest.mark.points(1)
def test_optimizer(evidence: Evidence, tell: Tell) -> None:
    """The Adam optimizer."""
    raise_first(wrong_optimizer(compiled_of(evidence, "compile")))
    tell.passed(
        "Adam decides how far each weight moves after each batch.",
        more="Adam keeps two numbers for each weight: its recent direction, and how much that"
        " direction varied. The more it varied, the shorter the step.",
    )


@pytest.mark.points(1)
def test_metric(evidence: Evidence, tell: Tell) -> None:
    """Accuracy is measured, so that people can follow."""
    raise_first(*accuracy_metric(compiled_of(evidence, "compile")))
    tell.passed(
        "Accuracy is measured: the share of images classified correctly.",
        more="A model does not learn from a metric. Accuracy changes in jumps, one image at a"
        " time, so it does not say which way a weight should go.",
    )
