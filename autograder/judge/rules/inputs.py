"""What goes into the network, and whether each neuron sees all of it."""

from __future__ import annotations

import math

from autograder.core.evidence import Model
from autograder.core.verdicts import Failed
from autograder.judge.rules.format import shape_in_words
from autograder.judge.rules.models import learning_layers
from autograder.judge.rules.rule import rule

Image = tuple[int, ...]


@rule("wrong-input-shape")
def no_input(model: Model, image: Image) -> Failed | None:
    """The model was not told what goes into it, so its layers have no weights yet."""
    if model.input_shape is not None or _has_seen_images(model):
        return None
    return Failed(
        "The model does not know yet what goes into it; one image has the shape"
        f" {shape_in_words(image)}.",
        help="A class of your own learns it from the first image that it is given; `model.build` is"
        " not enough for it."
        if _is_own_class(model)
        else "Begin the network with an `Input` that says the shape of one image.",
        why="A neuron has one weight for each number that it sees. Until the model knows how many"
        " numbers come in, it has no weights at all.",
        how="Write `model(train_images[:1])` below the line that makes the model."
        if _is_own_class(model)
        else f"Make `tf.keras.Input(shape={shape_in_words(image)})` the first item of the list.",
    )


def _is_own_class(model: Model) -> bool:
    return model.kind not in ("Sequential", "Functional")


def _has_seen_images(model: Model) -> bool:
    """Return whether a model of a class of its own flattens images, and was given some.

    Keras knows no input shape of such a model, but its neurons have their weights by then.
    """
    flattens = any(layer.kind == "Flatten" for layer in model.layers)
    return _is_own_class(model) and flattens and bool(model.dense and model.dense[0].weights)


@rule("wrong-input-shape")
def wrong_input_shape(model: Model, image: Image) -> Failed | None:
    """The model expects something else than one image, such as all images at once."""
    shape = (model.input_shape or (None,))[1:]
    if model.input_shape is None or shape in (image, (*image, 1)):
        return None
    return Failed(
        f"The model expects inputs of shape {shape_in_words(shape)}; one image has the shape"
        f" {shape_in_words(image)}.",
        help="The input is one image as it is in `train_images`, without the number of images.",
        why="Keras adds the number of images itself, so the same model takes one image or a"
        " thousand. It needs the shape of a single one.",
        how=f"Say `shape={shape_in_words(image)}` in the `Input`, and let a layer inside the model"
        " lay the rows end to end.",
    )


@rule("missing-flatten")
def missing_flatten(model: Model, image: Image) -> Failed | None:
    """The rows of an image reach the neurons one by one, not laid end to end."""
    pixels = math.prod(image)
    if model.dense:
        in_one_row = len(model.dense[0].output_shape or (None, pixels)) == 2
    else:
        in_one_row = any(layer.output_shape == (None, pixels) for layer in model.layers)
    # Other rules report a missing or wrong input shape.
    if in_one_row or no_input(model, image) or wrong_input_shape(model, image):
        return None
    return Failed(
        f"The {image[0]} rows of an image reach the neurons one by one; a neuron should see all"
        f" {pixels} pixels at once.",
        help="Lay the rows of an image end to end before the neurons: Keras has a layer for that.",
        why="A neuron that sees one row at a time cannot tell a sleeve from a hem: what makes a"
        " shirt a shirt is how the rows go together.",
        how="Put `tf.keras.layers.Flatten()` between the `Input` and the first `Dense` layer.",
    )


@rule("pixels-left-out")
def pixels_left_out(model: Model, image: Image) -> Failed | None:
    """A layer before the neurons, such as pooling, merges pixels or leaves some out."""
    pixels = math.prod(image)
    first = model.dense[0] if model.dense else None
    kernel = next((one.shape for one in first.weights if one.name == "kernel"), ()) if first else ()
    seen = kernel[0] if kernel else pixels
    # Another layer that learns from the pixels is reported as a hidden layer.
    if seen in (None, pixels) or len(learning_layers(model)) > len(model.dense):
        return None
    return Failed(
        f"A neuron sees {seen:,} numbers of an image; it should see all {pixels} pixels.",
        help="Let nothing between the input and the neurons change the number of pixels.",
        why="What is merged or cut away before the neurons is lost to them: no weight can bring it"
        " back.",
        how="Take out the layer that pools, crops or resizes. Only the rows should be laid end to"
        " end.",
    )
