"""Build the neurons: pixels in, ten neurons out, nothing between."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Tell
from autograder.judge.rules import layers, outputs
from autograder.judge.rules.groups import image_input
from autograder.judge.rules.models import model_of
from autograder.judge.rules.rule import raise_first
from autograder.lessons.building_a_brain.constants import CLASSES, IMAGE
from autograder.lessons.building_a_brain.rules.single_layer import hidden_layer


@pytest.mark.points(1)
def test_input(evidence: Evidence, tell: Tell) -> None:
    """An image of 28 × 28 goes in and reaches the neurons as one row of 784 numbers."""
    raise_first(*image_input(model_of(evidence, "build"), IMAGE))
    tell.passed(
        "The model takes in all 784 pixels of an image.",
        more="Flattened, an image is just a row of numbers. Shuffle the pixels of all images in"
        " the same way, and these neurons learn just as well.",
    )


@pytest.mark.points(2)
def test_layers(evidence: Evidence, tell: Tell) -> None:
    """Ten neurons, each with a bias, and no other layer that learns."""
    model = model_of(evidence, "build")
    raise_first(
        hidden_layer(model),
        layers.no_neurons(model, CLASSES),
        layers.wrong_neuron_count(model, CLASSES),
        layers.no_bias(model),
    )
    tell.passed(
        "Ten neurons, one for each class, and each has its bias.",
        more="In the 1950s Frank Rosenblatt's perceptron learned with a single layer of such"
        " neurons. It could tell cards marked on the left from cards marked on the right.",
    )


@pytest.mark.points(1)
def test_activation(evidence: Evidence, tell: Tell) -> None:
    """The outputs are the logits of the neurons, or probabilities made from them."""
    steps = outputs.output_steps(model_of(evidence, "build"))
    raise_first(
        outputs.no_outputs(steps), outputs.activated_outputs(steps), outputs.unknown_outputs(steps)
    )
    tell.passed(
        "The outputs are probabilities: ten numbers that add up to one."
        if steps
        else "The outputs are logits (raw scores): the larger, the more certain.",
        more="Add the same number to all ten logits, and their probabilities stay the same. Only"
        " the differences count.",
    )
