"""A recorded network computed in plain numpy, so that the judge needs no TensorFlow.

Follows the layers' definitions in the Keras documentation. A layer that is not known raises
``UnknownLayer``: then nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from autograder.evidence import Cards, Evidence, Layer, Model

Floats = NDArray[np.float32]
# At inference these layers hand on what they were given.
TRANSPARENT = frozenset(
    {"InputLayer", "Dropout", "GaussianNoise", "GaussianDropout", "ActivityRegularization"}
)


class UnknownLayer(Exception):
    """The judge cannot compute this layer."""


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def _sigmoid(x: Floats) -> Floats:
    # Written with tanh, which does not overflow.
    return 0.5 * (1 + np.tanh(0.5 * x))


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    softmax: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return softmax


ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "softmax": _softmax,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(x, 0),
}


def outputs(model: Model, weights: Mapping[str, NDArray[np.floating]], images: Floats) -> Floats:
    """What the model says of each image.

    Args:
        model: the recorded network.
        weights: for each ``Layer.name/Weight.name`` the values.
        images: shape ``(n, 28, 28)``, as the model was given them.

    Returns:
        Shape ``(n, number of outputs)``.

    Raises:
        UnknownLayer: a layer is not one that the judge computes, or shapes do not fit.
    """
    if not model.chain:
        raise UnknownLayer("layers that are not one chain")
    x = images.reshape(len(images), *(side or 1 for side in (model.input_shape or (0, 28, 28))[1:]))
    for layer in model.layers:
        try:
            x = _apply(layer, weights, x)
        except (KeyError, ValueError) as error:
            raise UnknownLayer(f"{layer.kind}: {error}") from error
    if x.ndim != 2:
        raise UnknownLayer(f"outputs of shape {x.shape[1:]}")
    return x


def _apply(layer: Layer, weights: Mapping[str, NDArray[np.floating]], x: Floats) -> Floats:
    def weight(name: str) -> NDArray[np.floating]:
        return weights[f"{layer.name}/{name}"]

    match layer.kind:
        case kind if kind in TRANSPARENT:
            return x
        case "Flatten" | "Reshape":
            shape = (layer.output_shape or (None, -1))[1:]
            return x.reshape(len(x), *(-1 if side is None else side for side in shape))
        case "Rescaling":
            scale, offset = layer.settings["scale"], layer.settings["offset"]
            if not isinstance(scale, int | float) or not isinstance(offset, int | float):
                raise ValueError("only one scale and one offset for all pixels are known")
            return (x * np.float32(scale) + np.float32(offset)).astype(np.float32)
        case "Normalization":
            scale = np.maximum(np.sqrt(weight("variance")), np.float32(1e-7))
            return ((x - weight("mean")) / scale).astype(np.float32)
        case "Dense":
            y = x @ weight("kernel")
            if layer.settings.get("use_bias", True):
                y = y + weight("bias")
            return ACTIVATIONS[str(layer.settings.get("activation", "linear"))](y)
        case "Activation" | "Softmax" | "ReLU":
            return ACTIVATIONS[str(layer.settings.get("activation", layer.kind.lower()))](x)
        case _:
            raise UnknownLayer(layer.kind)


def as_given(evidence: Evidence, cards: Cards, images: NDArray[np.uint8]) -> Floats | None:
    """The judge's own images as the model was given them; ``None`` where that cannot be told.

    Applies the recorded map ``scale * card + shift``, each of shape () or (784,).
    """
    if cards.scale is None or cards.shift is None:
        return None
    scale, shift = evidence.arrays.get(cards.scale), evidence.arrays.get(cards.shift)
    if scale is None or shift is None or {scale.shape, shift.shape} - {(), (784,)}:
        return None
    flat = images.reshape(len(images), 784).astype(np.float32)
    given = flat * scale.astype(np.float32) + shift.astype(np.float32)
    return given.astype(np.float32) if np.isfinite(given).all() else None
