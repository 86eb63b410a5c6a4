"""Build the neurons: pixels in, ten neurons out, nothing between."""

from __future__ import annotations

import pytest

from autograder.checks import Failed, Skipped
from autograder.evidence import Evidence, Model
from autograder.lessons.building_a_brain.facts import (
    CLASSES,
    PIXELS,
    model_of,
    output_activation,
    plural,
    trainable,
)
from autograder.pytest_plugin import Tell


@pytest.mark.points(1)
def test_input(evidence: Evidence, tell: Tell) -> None:
    """An image of 28 × 28 goes in and reaches the neurons as one row of 784 numbers."""
    model = model_of(evidence, "build")
    shape = model.input_shape and tuple(model.input_shape[1:])
    if shape is None:
        raise Failed(
            "The model does not know yet what goes into it.",
            help="Say the shape of one image first: an `Input` with the shape (28, 28).",
            misconception="wrong-input-shape",
        )
    if shape not in ((28, 28), (28, 28, 1)):
        raise Failed(
            f"The model expects inputs of shape {shape}; one image has the shape (28, 28).",
            help="The input is one image as it is in `train_images`, without the number of images.",
            misconception="wrong-input-shape",
        )
    if not _flattened(model):
        raise Failed(
            "The 28 rows reach the neurons one by one; a neuron should see all 784 pixels at once.",
            help="Lay the rows of the image end to end before the neurons: the `Flatten` layer.",
            misconception="missing-flatten",
        )
    tell.passed("Each neuron sees all 784 pixels of an image at once.")


@pytest.mark.points(2)
def test_layers(evidence: Evidence, tell: Tell) -> None:
    """Ten neurons, each with a bias, and no other layer that learns."""
    model = model_of(evidence, "build")
    learning = trainable(model) if model.input_shape else model.dense
    if not model.dense:
        raise Failed(
            "There is no `Dense` layer, so there are no neurons yet.",
            help="A `Dense` layer is a row of neurons, each joined to every input.",
            misconception="wrong-neuron-count",
        )
    if len(learning) > 1:
        kinds = " and ".join(f"`{layer.kind}`" for layer in learning)
        raise Failed(
            f"{len(learning)} layers learn ({kinds}); this lesson asks for a single one.",
            help="Pixels in, ten neurons out, nothing between. Hidden layers come in a later"
            " lesson.",
            misconception="hidden-layer",
        )
    units = model.dense[-1].settings.get("units")
    if units != CLASSES:
        raise Failed(
            f"The last layer has {plural(int(units or 0), 'neuron')}; there should be one for each"
            f" of the {CLASSES} classes.",
            help="`number_of_classes` holds the number of classes.",
            misconception="wrong-neuron-count",
        )
    if model.dense[-1].settings.get("use_bias") is False:
        raise Failed(
            "The neurons have no bias: the b in y = mx + b is missing.",
            help="A `Dense` layer has a bias unless it is told otherwise.",
            misconception="no-bias",
        )
    tell.passed("Ten neurons, one for each class, and each has its bias.")


@pytest.mark.points(1)
def test_activation(evidence: Evidence, tell: Tell) -> None:
    """The outputs are the plain sums of the neurons, or probabilities made from them."""
    activation = output_activation(model_of(evidence, "build"))
    if activation is None:
        raise Skipped("Looked at once there are neurons.")
    if activation not in ("linear", "softmax"):
        raise Failed(
            f"The outputs go through `{activation}`; in this lesson they stay as they are.",
            help="The loss turns the plain outputs of the neurons into probabilities. An"
            " activation on the last layer would spoil what it sees.",
            misconception="hidden-nonlinearity",
        )
    tell.passed(
        "The outputs are plain sums: any number, the larger the surer."
        if activation == "linear"
        else "The outputs are probabilities: ten numbers that add up to one."
    )


def _flattened(model: Model) -> bool:
    """Whether the neurons see all pixels in one row."""
    for layer in model.layers:
        if layer.kind == "Dense":
            kernel = next((one.shape for one in layer.weights if one.name == "kernel"), None)
            return bool(kernel) and kernel[0] == PIXELS and len(layer.output_shape or ()) == 2
    return any(layer.output_shape == (None, PIXELS) for layer in model.layers)
