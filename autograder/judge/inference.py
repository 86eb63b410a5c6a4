"""Inference of a recorded network in plain NumPy, so that the judge needs no TensorFlow.

Follows the layers' definitions in the Keras documentation. An unknown layer raises
``UnknownLayer``: then no conclusion is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Arrays, Evidence, Examples, Front, Layer, Model
from autograder.core.image_numbers import scaled_by_image
from autograder.judge.activations import ACTIVATIONS, Floats

Weights = Mapping[str, NDArray[Any]]

# Images in a batch, fewer if a layer is wide: no layer's outputs take more bytes than the second.
BATCH_SIZE = 2_000
MAX_LAYER_BYTES = 64 * 2**20
# Multiplications for one call, which take seconds: 10,000 images through 10 million parameters.
MAX_OPERATIONS = 10**11
# The cost of one output of a layer, including its activation, in multiplications.
OPERATIONS_PER_OUTPUT = 100
# A mistake may have as many outputs as an image has pixels, or more.
MAX_OUTPUTS = 5_000
BRIGHTNESSES = 256
# At inference these layers do nothing.
TRANSPARENT = frozenset(
    {"InputLayer", "Dropout", "GaussianNoise", "GaussianDropout", "ActivityRegularization"}
)


class UnknownLayer(Exception):
    """The judge cannot compute this network; the message goes on after "this model:"."""


def outputs(model: Model, weights: Weights, images: Floats) -> Floats:
    """Compute the outputs of the model for each image.

    Args:
        model: the recorded network.
        weights: maps each ``Layer.name/Weight.name`` to its values.
        images: shape ``(n, ...)``, as the model was given them.

    Returns:
        Shape ``(n, number of outputs)``.

    Raises:
        UnknownLayer: the judge cannot compute a layer, or shapes do not fit.
    """
    if not model.chain and model.front is None:
        raise UnknownLayer("its layers do not form one chain")
    batch_size = _that_fit(model, weights, images)
    starts = range(0, len(images), batch_size)
    return np.concatenate([_forward(model, weights, images[at : at + batch_size]) for at in starts])


def _that_fit(model: Model, weights: Weights, images: Floats) -> int:
    """Return how many images can be computed at once, estimated from the first one.

    Raises:
        UnknownLayer: the network is too large, or shapes do not fit.
    """
    widest, operations, x = 1, 0, images[:1]
    for layer, y in _steps(model, weights, images[:1]):
        x = y
        # For each of its outputs a dense layer multiplies once for each of its inputs.
        inputs = len(weights[f"{layer.name}/kernel"]) if layer.kind == "Dense" else 0
        widest = max(widest, x.nbytes)
        operations += (inputs + OPERATIONS_PER_OUTPUT) * x.size
        if operations * len(images) > MAX_OPERATIONS:
            raise UnknownLayer("it is far larger than this lesson needs")
    if x.size > MAX_OUTPUTS:
        raise UnknownLayer(f"it has {x.size:,} outputs")
    return max(1, min(BATCH_SIZE, MAX_LAYER_BYTES // widest))


def _forward(model: Model, weights: Weights, x: Floats) -> Floats:
    for _, y in _steps(model, weights, x):
        x = y
    if x.ndim != 2:
        raise UnknownLayer(f"its outputs have the shape {x.shape[1:]}")
    return x


def _steps(model: Model, weights: Weights, x: Floats) -> Iterator[tuple[Layer, Floats]]:
    """Yield each layer with its outputs for these images."""
    kind = "input"
    try:
        layers = model.layers
        if model.front:
            x = _through_front(model.front, weights, x.reshape(len(x), -1))
            names = [layer.name for layer in layers]
            layers = layers[names.index(model.front.before) :]
        else:
            x = x.reshape(len(x), *(model.input_shape or x.shape)[1:])
        for layer in layers:
            kind = layer.kind
            if kind not in TRANSPARENT:
                x = LAYERS[kind](layer, weights, x)
            yield layer, x
    except (KeyError, ValueError, TypeError) as error:
        raise UnknownLayer(f"its layer `{kind}` is not one that is known here") from error


def weights_of(model: Model, arrays: Arrays) -> Weights:
    """Return the weights of a recorded network and the arrays of its front, for ``outputs``."""
    pairs = [
        (f"{layer.name}/{weight.name}", weight.array)
        for layer in model.layers
        for weight in layer.weights
    ]
    pairs += _front_arrays(model.front).items() if model.front else ()
    return {name: arrays[one] for name, one in pairs if one and one in arrays}


def _front_arrays(front: Front) -> dict[str, str]:
    """Return the names of a front's arrays in the evidence, by their names among the weights."""
    parts = {"scale": front.scale, "shift": front.shift, "matrix": front.matrix}
    parts["table"] = front.table
    return {f"/{part}": name for part, name in parts.items() if name}


def _through_front(front: Front, weights: Weights, x: Floats) -> Floats:
    """Do to pixels what the model does before its first layer that learns."""
    part = {name.lstrip("/"): weights[name] for name in _front_arrays(front)}
    if "matrix" in part:
        _must_be(part["shift"], part["matrix"].shape[1:])
        y = x @ part["matrix"] + part["shift"]
    elif front.per_image:
        y = scaled_by_image(x, front.per_image)
    elif "table" in part:
        _must_be(part["table"], (BRIGHTNESSES,))
        y = part["table"][np.clip(np.rint(x), 0, BRIGHTNESSES - 1).astype(np.uint8)]
    else:
        if {part["scale"].shape, part["shift"].shape} - {(), x.shape[1:]}:
            raise ValueError("neither one number nor one for each pixel")
        y = x * part["scale"] + part["shift"]
    return y.astype(np.float32).reshape(len(y), *(side or 1 for side in front.shape))


def _reshaped(layer: Layer, _: Weights, x: Floats) -> Floats:
    if layer.settings.get("data_format") == "channels_first":
        x = np.moveaxis(x, 1, -1)
    shape = (layer.output_shape or (None, -1))[1:]
    return x.reshape(len(x), *(-1 if side is None else side for side in shape))


def _dense(layer: Layer, weights: Weights, x: Floats) -> Floats:
    kernel = weights[f"{layer.name}/kernel"]
    _must_be(kernel, (x.shape[-1], kernel.shape[-1] if kernel.ndim else 0))
    y = x @ kernel
    if layer.settings.get("use_bias", True):
        bias = weights[f"{layer.name}/bias"]
        _must_be(bias, kernel.shape[1:])
        y = y + bias
    return ACTIVATIONS[str(layer.settings.get("activation", "linear"))](y)


def _must_be(array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Compare a shape before NumPy makes it fit, which can take any amount of memory."""
    if array.shape != shape:
        raise ValueError(f"of shape {array.shape}, not {shape}")


def _activated(layer: Layer, _: Weights, x: Floats) -> Floats:
    return ACTIVATIONS[str(layer.settings.get("activation", layer.kind.lower()))](x)


def _rescaled(layer: Layer, _: Weights, x: Floats) -> Floats:
    # If they are not recorded as numbers, there is one for each pixel, which is not supported.
    scale, offset = _number(layer, "scale"), _number(layer, "offset")
    return (x * np.float32(scale) + np.float32(offset)).astype(np.float32)


def _normalized(layer: Layer, weights: Weights, x: Floats) -> Floats:
    mean, variance = (_learned_or_given(layer, weights, name) for name in ("mean", "variance"))
    along_last = layer.settings.get("axis", -1) in (-1, x.ndim - 1)
    fitting = (x.shape[1:], *([x.shape[-1:]] if along_last else []))
    for own in (mean, variance):
        if own.shape not in fitting and (own.size != 1 or own.ndim > x.ndim):
            raise ValueError("only a mean for all pixels, for each, or for each of the last axis")
    return ((x - mean) / np.maximum(np.sqrt(variance), np.float32(1e-7))).astype(np.float32)


def _learned_or_given(layer: Layer, weights: Weights, name: str) -> Floats:
    """Return the values that the layer learned from data, else the number that it was given."""
    learned = weights.get(f"{layer.name}/{name}")
    return np.asarray(_number(layer, name) if learned is None else learned, np.float32)


def _batch_normalized(layer: Layer, weights: Weights, x: Floats) -> Floats:
    """Normalize as after training: with the moving means and variances."""
    if layer.settings["axis"] not in (-1, x.ndim - 1):
        raise ValueError("only along the last axis")
    own = {one.name: weights[f"{layer.name}/{one.name}"] for one in layer.weights}
    for array in own.values():
        _must_be(array, x.shape[-1:])
    spread = np.sqrt(own["moving_variance"] + np.float32(_number(layer, "epsilon")))
    centred = (x - own["moving_mean"]) / spread
    y = centred * own.get("gamma", np.float32(1)) + own.get("beta", np.float32(0))
    return np.asarray(y, np.float32)


def _rectified(layer: Layer, _: Weights, x: Floats) -> Floats:
    """Return ``x`` above a threshold, ``slope * (x - threshold)`` below it, up to a maximum."""
    threshold = np.float32(_number(layer, "threshold", 0.0))
    slope = np.float32(_number(layer, "negative_slope", 0.0 if layer.kind == "ReLU" else None))
    y = np.where(x >= threshold, x, slope * (x - threshold))
    limit = layer.settings.get("max_value")
    return np.asarray(y if limit is None else np.minimum(y, np.float32(limit)), np.float32)


def _number(layer: Layer, name: str, otherwise: float | None = None) -> float:
    value = layer.settings.get(name, otherwise)
    if not isinstance(value, int | float):
        raise TypeError(f"{name} is no number")
    return float(value)


LAYERS: Mapping[str, Callable[[Layer, Weights, Floats], Floats]] = {
    "Flatten": _reshaped,
    "Reshape": _reshaped,
    "Rescaling": _rescaled,
    "Normalization": _normalized,
    "BatchNormalization": _batch_normalized,
    "Dense": _dense,
    "Activation": _activated,
    "Softmax": _activated,
    "ReLU": _rectified,
    "LeakyReLU": _rectified,
}


def as_given(evidence: Evidence, examples: Examples, images: NDArray[np.uint8]) -> Floats | None:
    """Return the judge's own images as the model was given them; ``None`` where that is unknown.

    Applies the recorded map ``scale * image + shift``, each of shape () or (pixels,), or the number
    for each brightness, or the map of each image.
    """
    return mapped(images, examples, evidence.arrays)


def mapped(images: NDArray[np.uint8], examples: Examples, arrays: Arrays) -> Floats | None:
    """Return images as the examples were made from the course's; the rest is as ``as_given``."""
    rows = images.reshape(len(images), -1)
    if examples.per_image:
        return scaled_by_image(rows, examples.per_image)
    if examples.table is not None:
        numbers = arrays.get(examples.table, np.zeros(0))
        return numbers.astype(np.float32)[rows] if numbers.shape == (BRIGHTNESSES,) else None
    scale, shift = (arrays.get(one or "") for one in (examples.scale, examples.shift))
    if scale is None or shift is None or {scale.shape, shift.shape} - {(), rows.shape[1:]}:
        return None
    with np.errstate(all="ignore"):
        scale, shift = scale.astype(np.float32), shift.astype(np.float32)
        # No pixel is further from 0 than the transformed 0 and 255.
        if not np.isfinite([scale * np.float32(255), scale * np.float32(255) + shift, shift]).all():
            return None
    given = rows.astype(np.float32)
    # In place, and only if it changes anything: this is most of the judge's work.
    if (scale != 1).any():
        given *= scale
    if shift.any():
        given += shift
    return given.reshape(images.shape)
