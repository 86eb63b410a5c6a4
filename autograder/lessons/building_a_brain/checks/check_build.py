"""Build the neurons: pixels in, ten neurons out, nothing between."""

from __future__ import annotations

import pytest

from autograder.checks import CannotTell, Failed, Skipped, Tell
from autograder.evidence import Evidence, Model
from autograder.lessons.building_a_brain.facts import (
    CLASSES,
    OPEN,
    PIXELS,
    model_of,
    neurons,
    output_steps,
    plural,
)


@pytest.mark.points(1)
def test_input(evidence: Evidence, tell: Tell) -> None:
    """An image of 28 × 28 goes in and reaches the neurons as one row of 784 numbers."""
    model = model_of(evidence, "build")
    if model.input_shape is None:
        raise Failed(
            "The model does not know yet what goes into it; one image has the shape (28, 28).",
            help="Begin the network with an `Input` that says the shape of one image.",
            misconception="wrong-input-shape",
        )
    shape = model.input_shape[1:]
    if shape not in ((28, 28), (28, 28, 1)):
        raise Failed(
            f"The model expects inputs of shape {_shape(shape)}; one image has the shape (28, 28).",
            help="The input is one image as it is in `train_images`, without the number of images.",
            misconception="wrong-input-shape",
        )
    _in_one_row(model)
    tell.passed("The model takes in all 784 pixels of an image.")


@pytest.mark.points(2)
def test_layers(evidence: Evidence, tell: Tell) -> None:
    """Ten neurons, each with a bias, and no other layer that learns."""
    model = model_of(evidence, "build")
    learning = neurons(model)
    if len(learning) > 1:
        kinds = ", ".join(f"`{layer.kind}`" for layer in learning)
        raise Failed(
            f"{len(learning)} layers learn ({kinds}); this lesson asks for a single one.",
            help="Pixels in, ten neurons out, nothing between. Hidden layers come in a later"
            " lesson.",
            misconception="hidden-layer",
        )
    if not model.dense:
        raise Failed(
            f"There is no `Dense` layer, so there are no neurons; there should be {CLASSES}.",
            help="A `Dense` layer is a row of neurons, each joined to every input.",
            misconception="wrong-neuron-count",
        )
    units = model.dense[-1].settings.get("units")
    if units != CLASSES:
        raise Failed(
            f"The last layer has {plural(int(units or 0), 'neuron')}; there should be one for each"
            f" of the {CLASSES} classes.",
            help="Count the classes, not the images or the pixels: `number_of_classes` holds their"
            " number.",
            misconception="wrong-neuron-count",
        )
    if model.dense[-1].settings.get("use_bias") is False:
        raise Failed(
            "The neurons have no bias; each should have one, the b in y = mx + b.",
            help="A `Dense` layer has a bias unless it is told otherwise.",
            misconception="no-bias",
        )
    tell.passed("Ten neurons, one for each class, and each has its bias.")


@pytest.mark.points(1)
def test_activation(evidence: Evidence, tell: Tell) -> None:
    """The outputs are the plain sums of the neurons, or probabilities made from them."""
    steps = output_steps(model_of(evidence, "build"))
    if steps is None:
        raise Skipped("This is looked at once there are neurons.")
    known = [step for step in steps if step != "custom"]
    if known not in ([], ["softmax"]):
        raise Failed(
            f"The outputs go through {_listed(known)}; in this lesson they stay as they are.",
            help="The loss turns the plain outputs of the neurons into probabilities. An"
            " activation on the last layer would spoil what it sees.",
            misconception="hidden-nonlinearity",
        )
    if "custom" in steps:
        raise CannotTell(
            "The outputs go through a function or a layer that cannot be told from outside.",
            help=f"{OPEN} In this lesson no activation is needed.",
        )
    tell.passed(
        "The outputs are plain sums: any number, the larger the surer."
        if not steps
        else "The outputs are probabilities: ten numbers that add up to one."
    )


def _in_one_row(model: Model) -> None:
    """Fail where the neurons do not see all pixels of an image in one row."""
    row, seen = any(layer.output_shape == (None, PIXELS) for layer in model.layers), PIXELS
    if model.dense:
        first = model.dense[0]
        kernel = next((one.shape for one in first.weights if one.name == "kernel"), (None,))
        row, seen = len(first.output_shape or ()) == 2, kernel[0] or PIXELS
    if not row:
        raise Failed(
            "The 28 rows of an image reach the neurons one by one; a neuron should see all 784"
            " pixels at once.",
            help="Lay the rows end to end before the neurons: that is what `Flatten` does.",
            misconception="missing-flatten",
        )
    # What another layer makes of the pixels is marked as a hidden layer.
    if seen != PIXELS and len(neurons(model)) == 1:
        raise Failed(
            f"A neuron sees {seen:,} numbers of an image; it should see all 784 pixels.",
            help="Let nothing between the input and the neurons change the number of pixels.",
            misconception="pixels-left-out",
        )


def _listed(steps: list[str]) -> str:
    return " and then ".join(f"`{step}`" for step in steps)


def _shape(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('any' if side is None else str(side) for side in shape)})"
