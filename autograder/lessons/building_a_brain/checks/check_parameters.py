"""Count the parameters: a weight a pixel and neuron, a bias a neuron."""

from __future__ import annotations

import pytest

from autograder.checks import Failed, Skipped
from autograder.evidence import Evidence
from autograder.lessons.building_a_brain.facts import CLASSES, PARAMETERS, PIXELS
from autograder.pytest_plugin import Tell


@pytest.mark.points(2)
def test_count(evidence: Evidence, tell: Tell) -> None:
    """The number of values that the lesson's ten neurons learn."""
    hand_in = evidence.hand_in("parameters")
    assert hand_in
    claim = hand_in.claims["number_of_parameters"]
    if isinstance(claim.value, bool | str | tuple | None):
        raise Failed(
            f"`number_of_parameters` is of type `{claim.kind}`; it should be a whole number.",
            help="Count: how many weights has one neuron, and how many neurons are there?",
        )
    build = evidence.hand_in("build")
    own = build.model if build else None
    total = own.trainable_parameters + own.other_parameters if own else None
    if claim.value == PARAMETERS:
        tell.passed(
            f"{PIXELS:,} pixels × {CLASSES} neurons = {PIXELS * CLASSES:,} weights, and"
            f" {CLASSES} biases: {PARAMETERS:,}."
        )
        return
    if own and claim.value == total and own.trainable_parameters == PARAMETERS:
        tell.passed(f"{PARAMETERS:,} are learned, the others only prepare the pixels.")
        return
    if own and claim.value == total:
        raise Skipped(
            f"{claim.value:,} is what your own model has; it is not the lesson's network yet.",
            help="Put “Build the neurons” right first, then count again.",
        )
    if claim.value == PIXELS * CLASSES:
        raise Failed(
            f"{claim.value:,} counts the weights only.",
            help="In y = mx + b each neuron has one thing more than its weights.",
            misconception="forgot-bias-parameters",
        )
    if claim.value in (PIXELS, PIXELS + 1):
        raise Failed(
            f"{claim.value:,} counts one neuron; the network has {CLASSES}.",
            help="Every one of the neurons has a set of its own.",
            misconception="counted-one-neuron",
        )
    raise Failed(
        f"`number_of_parameters` is {claim.value:,}, which is not the number for ten neurons that"
        " see 28 × 28 pixels.",
        help="Count the weights of one neuron, times the neurons, then what is left in y = mx + b.",
        misconception="miscounted",
    )
