"""Count the parameters: a weight a pixel and neuron, a bias a neuron."""

from __future__ import annotations

import pytest

from autograder.checks import Failed, Skipped, Tell
from autograder.evidence import Evidence
from autograder.lessons.building_a_brain.facts import (
    CLASSES,
    PARAMETERS,
    PIXELS,
    shown,
    whole_number,
)


@pytest.mark.points(2)
def test_count(evidence: Evidence, tell: Tell) -> None:
    """The number of values that the lesson's ten neurons learn."""
    hand_in = evidence.hand_in("parameters")
    assert hand_in is not None
    claim = hand_in.claims["number_of_parameters"]
    count = whole_number(claim)
    if count is None:
        raise Failed(
            f"`number_of_parameters` is {shown(claim)}; it should be one whole number.",
            help="Count: how many numbers does one neuron learn, and how many neurons are there?",
            misconception="not-a-number",
        )
    build = evidence.hand_in("build")
    own = build.model if build else None
    if count == PARAMETERS:
        tell.passed(
            f"{PIXELS:,} pixels × {CLASSES} neurons = {PIXELS * CLASSES:,} weights, and"
            f" {CLASSES} biases: {PARAMETERS:,}."
        )
        return
    total = own.trainable_parameters + own.other_parameters if own else None
    if not own or not count or count != total:
        _name_the_mistake(count)
    elif own.trainable_parameters == PARAMETERS:
        tell.passed(f"{PARAMETERS:,} are learned; the others only prepare the pixels.")
    else:
        raise Skipped(
            f"{count:,} is right for the network that you built; the lesson asks for another one.",
            help="Put “Build the neurons” right first, then count again.",
        )


def _name_the_mistake(count: int) -> None:
    if count == PIXELS * CLASSES:
        raise Failed(
            f"{count:,} counts the weights only; there is more to learn than weights.",
            help="In y = mx + b each neuron has one thing besides its weights.",
            misconception="forgot-bias-parameters",
        )
    if count in (PIXELS, PIXELS + 1):
        raise Failed(
            f"{count:,} is what one neuron learns; the network has {CLASSES} neurons.",
            help="Each neuron has weights of its own.",
            misconception="counted-one-neuron",
        )
    raise Failed(
        f"`number_of_parameters` is {count:,}; ten neurons that see 28 × 28 pixels learn another"
        " number.",
        help="Count the weights of one neuron, then those of all neurons, then what is left in"
        " y = mx + b.",
        misconception="miscounted",
    )
