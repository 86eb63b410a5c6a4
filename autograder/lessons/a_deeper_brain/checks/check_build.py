"""Build the network: pixels in, a hidden layer with ReLU, ten neurons out."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Skipped, Tell
from autograder.judge.rules import layers, outputs
from autograder.judge.rules.groups import image_input
from autograder.judge.rules.models import model_of
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.constants import CLASSES, HIDDEN, IMAGE
from autograder.lessons.a_deeper_brain.rules import hidden_layer


@pytest.mark.points(1)
def test_input(evidence: Evidence, tell: Tell) -> None:
    """An image of 28 × 28 goes in and reaches the neurons as one row of 784 numbers."""
    raise_first(*image_input(model_of(evidence, "build"), IMAGE))
    tell.passed(
        "The model takes in all 784 pixels of an image.",
        more="In your own eye about a hundred million cells take in the light, and a million fibres"
        " carry it on. So your first hidden layers are in the eye itself.",
    )


@pytest.mark.points(1)
def test_hidden(evidence: Evidence, tell: Tell) -> None:
    """One hidden layer, as wide as was asked for, and the last one."""
    model = model_of(evidence, "build")
    raise_first(
        layers.no_neurons(model, CLASSES),
        hidden_layer.no_hidden_layer(model),
        hidden_layer.more_hidden_layers(model),
        hidden_layer.wrong_hidden_size(model, HIDDEN),
        layers.no_bias(model),
    )
    tell.passed(
        f"One hidden layer of {HIDDEN} neurons stands between the pixels and the answers.",
        more="One hidden layer that is wide enough can imitate any smooth function. That was proved"
        " in 1989. How to find its weights the proof does not say.",
    )


@pytest.mark.points(1)
def test_activation(evidence: Evidence, tell: Tell) -> None:
    """The hidden neurons go through ReLU."""
    model = model_of(evidence, "build")
    if len(model.dense) < 2:
        raise Skipped("This is checked once there is a hidden layer.")
    raise_first(
        hidden_layer.no_activation(model),
        hidden_layer.other_activation(model),
        hidden_layer.unknown_activation(model),
    )
    tell.passed(
        "The hidden neurons output zero for negative inputs: that is ReLU.",
        more="A neuron that outputs zero for every image no longer learns. It is called dead; a"
        " few of yours may be.",
    )


@pytest.mark.points(1)
def test_output(evidence: Evidence, tell: Tell) -> None:
    """One output for each class: logits, or probabilities made from them."""
    model = model_of(evidence, "build")
    steps = outputs.output_steps(model)
    raise_first(
        outputs.no_outputs(steps),
        layers.wrong_neuron_count(model, CLASSES),
        outputs.activated_outputs(steps),
        outputs.unknown_outputs(steps),
    )
    tell.passed(
        "Ten outputs, as probabilities that add up to one."
        if steps
        else "Ten outputs, as logits (raw scores): the larger, the more certain.",
        more="The last layer is still a stencil. But it is laid on what the hidden neurons found,"
        " and not on pixels.",
    )
