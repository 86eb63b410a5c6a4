"""Keras' activation functions in plain NumPy, by their names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def _relu(x: Floats) -> Floats:
    return np.asarray(np.maximum(x, 0), np.float32)


def _sigmoid(x: Floats) -> Floats:
    # Written with tanh, which does not overflow.
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), np.float32)


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def _log_softmax(x: Floats) -> Floats:
    less = x - x.max(axis=-1, keepdims=True)
    return np.asarray(less - np.log(np.exp(less).sum(axis=-1, keepdims=True)), np.float32)


def _elu(x: Floats) -> Floats:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _silu(x: Floats) -> Floats:
    return x * _sigmoid(x)


def _hard_silu(x: Floats) -> Floats:
    return x * np.clip(x / 6 + np.float32(0.5), 0, 1)


def _glu(x: Floats) -> Floats:
    """Return the first half of the numbers, each as far as the second half lets it through."""
    first, second = np.split(x, 2, axis=-1)
    return np.asarray(first * _sigmoid(second), np.float32)


def _gelu(x: Floats) -> Floats:
    # Keras takes the exact one, by the error function, which NumPy lacks.
    erf = np.vectorize(math.erf, otypes=[np.float32])
    return np.asarray(0.5 * x * (1 + erf(x / np.float32(math.sqrt(2)))), np.float32)


# As https://keras.io/api/layers/activations/ defines them, with their default settings. Left out
# are `threshold`, which has none, and `sparsemax`, of which Keras computes something else.
ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "relu": _relu,
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, np.float32(0.2) * x),
    "sigmoid": _sigmoid,
    "hard_sigmoid": lambda x: np.clip(x / 6 + np.float32(0.5), 0, 1),
    "log_sigmoid": lambda x: -np.logaddexp(-x, np.float32(0)),
    "tanh": np.tanh,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "elu": _elu,
    "celu": _elu,
    "selu": lambda x: (
        np.float32(1.05070098)
        * np.where(x > 0, x, np.float32(1.67326324) * np.expm1(np.minimum(x, 0)))
    ),
    "gelu": _gelu,
    "silu": _silu,
    "swish": _silu,
    "hard_silu": _hard_silu,
    "hard_swish": _hard_silu,
    "mish": lambda x: x * np.tanh(np.logaddexp(x, np.float32(0))),
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - np.float32(0.5), 0),
    "hard_shrink": lambda x: np.where(np.abs(x) > np.float32(0.5), x, 0),
    "glu": _glu,
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "exponential": np.exp,
    "sparse_plus": lambda x: np.where(x < -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
}
