"""What a model does to pixels before its first layer that learns, found by asking that part.

Arithmetic in the graph, a ``Lambda`` or a layer of one's own say nothing of themselves that a judge
could compute. But whatever learns nothing can be asked: images go in, numbers come out, and how
they belong together is looked for, as it is for what ``fit`` is given.
"""

from __future__ import annotations

from typing import Any

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Front, Model, PerImage
from autograder.core.image_numbers import Floats
from autograder.judge.inference import UnknownLayer, mapped, outputs, weights_of
from autograder.kernel.recorder.data_matching import DataMatch
from autograder.kernel.recorder.model_description import Arrays, named_layers
from autograder.kernel.recorder.pixel_maps import TOLERANCE, affine, per_image, table

# The numbers that a front may make of an image: its matrix then takes 3 MiB at most.
MAX_NUMBERS = 1_000
# How far outputs may be apart, as a part of their range, where they should be the same.
SAME = 0.01

Parts = dict[str, NDArray[Any]]


def with_front(
    subject: keras.Model,
    described: Model,
    arrays: Arrays,
    images: NDArray[np.uint8],
    match: DataMatch | None,
) -> Model:
    """Return a description with what the model does to pixels, where the layers do not say so.

    Args:
        subject: the model, which is asked a few hundred images, and one more for each pixel.
        described: its description, returned as it is where it says enough or nothing is found.
        arrays: the weights in the description; those of the front are added.
        images: some of the course's images, shape (n, pixels).
        match: what was done to the pixels before ``fit`` was given them.
    """
    # Pixels at the edge are black in nearly all images: only noise says what becomes of them.
    noise = np.random.default_rng(seed=1).integers(0, 256, images.shape, np.uint8)
    raw = np.concatenate([images, noise])
    inputs = _preprocessed(raw, match)
    first = next((one for one in named_layers(subject) if _learns(one[1])), None)
    if inputs is None or first is None or _can_be_computed(described, arrays, inputs[:2]):
        return described
    query = _Queried(subject, first[1], (described.input_shape or images.shape)[1:])
    rows, answers = query(inputs)
    found = _map(query, rows, inputs, raw)
    if found is None:
        return described
    parts, by_image = found
    names: dict[str, Any] = {part: f"{_prefix(described)}/front/{part}" for part in parts}
    front = Front(before=first[0], shape=query.shape, per_image=by_image, **names)
    better = msgspec.structs.replace(described, front=front)
    added = {names[part]: values for part, values in parts.items()}
    computed = outputs(better, weights_of(better, arrays | added), inputs)
    if answers.shape != computed.shape or np.abs(computed - answers).max() > SAME * np.ptp(answers):
        return described
    arrays.update(added)
    return better


class _Queried:
    """A model that is asked what it gives its first layer that learns; ``shape`` without batch."""

    def __init__(
        self, subject: keras.Model, layer: keras.layers.Layer, sides: tuple[int | None, ...]
    ) -> None:
        self._subject = subject
        self._layer = layer
        self._sides = tuple(-1 if side is None else side for side in sides)
        self.shape: tuple[int, ...] = ()

    def __call__(self, inputs: Floats) -> tuple[Floats, Floats]:
        """Return what the layer is given, a row for each image, and the model's outputs."""
        layer_inputs: list[NDArray[Any]] = []
        call = self._layer.call

        def noting(x: Any, *args: Any, **kwargs: Any) -> Any:
            layer_inputs.append(keras.ops.convert_to_numpy(x))
            return call(x, *args, **kwargs)

        # Past Keras, which would keep account of it: it is gone again at once.
        object.__setattr__(self._layer, "call", noting)
        try:
            answers = self._subject(inputs.reshape(len(inputs), *self._sides), training=False)
        finally:
            object.__delattr__(self._layer, "call")
        self.shape = layer_inputs[0].shape[1:]
        rows = layer_inputs[0].reshape(len(inputs), -1).astype(np.float64)
        return rows, keras.ops.convert_to_numpy(answers).astype(np.float32)


def _map(
    query: _Queried, rows: Floats, inputs: Floats, raw: NDArray[np.uint8]
) -> tuple[Parts, PerImage | None] | None:
    """Return the arrays of the map from inputs to rows, or the map of each image, if any fits."""
    if rows.shape == inputs.shape:
        if fitted := affine(rows, inputs):
            return {"scale": fitted[0], "shift": fitted[1]}, None
        if by_image := per_image(rows, inputs):
            return {}, by_image
        numbers = table(rows, raw) if np.array_equal(inputs, raw) else None
        if numbers is not None:
            return {"table": numbers}, None
    if rows.shape[1] > MAX_NUMBERS:
        return None
    high = float(inputs.max())
    pixels = inputs.shape[1]
    each = np.concatenate([np.zeros((1, pixels)), high * np.eye(pixels)]).astype(np.float32)
    (nothing, *alone), _ = query(each)
    matrix = (np.array(alone) - nothing) / high
    if np.abs(inputs @ matrix + nothing - rows).max() > TOLERANCE * np.ptp(rows):
        return None
    return {"matrix": matrix.astype(np.float32), "shift": nothing.astype(np.float32)}, None


def _preprocessed(raw: NDArray[np.uint8], match: DataMatch | None) -> Floats | None:
    if match is None or match.split == "unknown":
        return raw.astype(np.float32)
    arrays: Arrays = {}
    return mapped(raw, match.as_examples("fit", arrays), arrays)


def _learns(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.Dense) or bool(layer.trainable_weights)


def _can_be_computed(described: Model, arrays: Arrays, inputs: Floats) -> bool:
    try:
        outputs(described, weights_of(described, arrays), inputs)
    except UnknownLayer:
        return False
    return True


def _prefix(described: Model) -> str:
    """Return what the names of the model's arrays begin with."""
    arrays = (one.array for layer in described.layers for one in layer.weights if one.array)
    return next(arrays, f"model-{described.number}").partition("/")[0]
