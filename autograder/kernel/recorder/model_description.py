"""Keras models as plain data. Reads, and never changes them."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from autograder.core.evidence import Layer, Model, Value, Weight, state
from autograder.kernel.recorder.compile_args import compiled
from autograder.kernel.recorder.originals import keras_as_loaded
from autograder.kernel.recorder.serialize import class_name, config_of, count, settings, text

SETTINGS = (
    *("units", "use_bias", "scale", "offset", "rate", "axis", "filters", "pool_size"),
    *("max_value", "negative_slope", "threshold", "epsilon", "data_format"),
    *("mean", "variance"),
)
# Where the same activations are found. `import tensorflow.nn` puts another module in the place.
ACTIVATIONS = (keras.activations, keras.ops, tf.nn, tf.math)
MAX_LAYERS = 200
MAX_WEIGHTS = 64
# Several hand-ins must fit into one archive.
MAX_BYTES = 8 * 2**20

Arrays = dict[str, NDArray[Any]]


def model(subject: keras.Model, number: int, prefix: str) -> tuple[Model, Arrays]:
    """Describe a model, and return its weights under names that begin with ``prefix``.

    The weights of a model that is too large to be stored are left out.
    """
    arrays: Arrays = {}
    kept = None if too_large(subject.weights) else arrays
    layers = itertools.islice(named_layers(subject), MAX_LAYERS)
    # Keras warns of a lambda that it describes; the student did not ask for that.
    with warnings.catch_warnings(action="ignore"):
        described = Model(
            number=number,
            kind=text(type(subject).__name__, 300),
            input_shape=_shape(subject, "input_shape"),
            chain=_is_chain(subject),
            layers=tuple(_layer(name, one, prefix, kept) for name, one in layers),
            trainable_parameters=count_of(subject.trainable_weights),
            other_parameters=count_of(subject.non_trainable_weights),
            compiled=compiled(subject),
            steps=_steps(subject),
        )
    return described, arrays


def named_trainable(subject: keras.Model) -> dict[str, Any]:
    """Return the variables that a model learns, under names ``layer/weight`` by its layers."""
    return {
        f"{layer_name}/{name}": variable
        for layer_name, layer in named_layers(subject)
        for name, variable in _named_once(layer.weights)
        if variable.trainable
    }


def learned_by(subject: keras.Model) -> Arrays:
    """Return copies of the weights of :func:`named_trainable`; none where they are too many."""
    named = named_trainable(subject)
    if too_large(named.values()) or len(named) > MAX_WEIGHTS:
        return {}
    values = {name: _numbers(variable) for name, variable in named.items()}
    return {name: one for name, one in values.items() if one is not None}


def state_of(subject: keras.Model) -> str:
    """Return the digest of the weights that a model learns; empty where they are too many."""
    trainable = named_trainable(subject).values()
    if not trainable or too_large(trainable):
        return ""
    return state(one for one in map(_numbers, trainable) if one is not None)


def _steps(subject: keras.Model) -> int | None:
    """Return how many steps the model's optimizer has made, in `fit` or without."""
    with contextlib.suppress(Exception):
        return count(int(subject.optimizer.iterations.numpy()))
    return None


def values_of(variable: Any) -> NDArray[Any]:
    """Return the values of a variable; the array may share its memory."""
    # Keras' own ways to get there make NumPy warn.
    value = getattr(variable, "value", variable)
    values: NDArray[Any] = value.numpy() if hasattr(value, "numpy") else np.asarray(value)
    return values


def device_of(variable: Any) -> str:
    """Return TensorFlow's name for the device of a variable; empty where that is not known."""
    return str(getattr(getattr(variable, "value", variable), "device", ""))


def device_here() -> str:
    """Return the device on which TensorFlow computes now, as set by ``with tf.device``."""
    return str(tf.constant(0.0).device)


def named_layers(subject: keras.Model) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Yield the layers under unique names, those of a nested model in its place."""
    return _named_once(_flat(subject))


def _flat(subject: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in subject.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        else:
            yield layer


def _named_once(things: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Each thing with its name, numbered where another thing has the same."""
    owners: dict[str, int] = {}
    for thing in things:
        name = text(thing.name, 100)
        for number in itertools.count(1):
            candidate = name if number == 1 else f"{name}_{number}"
            if owners.setdefault(candidate, id(thing)) == id(thing):
                yield candidate, thing
                break


def _layer(name: str, layer: keras.layers.Layer, prefix: str, arrays: Arrays | None) -> Layer:
    weights = []
    for weight, variable in itertools.islice(_named_once(layer.weights), MAX_WEIGHTS):
        array = None
        if arrays is not None and (values := _numbers(variable)) is not None:
            array = f"{prefix}/{name}/{weight}"
            arrays[array] = values
        weights.append(
            Weight(
                name=weight,
                shape=tuple(variable.shape),
                trainable=bool(variable.trainable),
                device=device_of(variable),
                array=array,
            )
        )
    return Layer(
        kind=class_name(type(layer), keras.layers),
        name=name,
        output_shape=_shape(layer, "output"),
        settings=_settings(layer),
        weights=tuple(weights),
    )


def _numbers(variable: Any) -> NDArray[Any] | None:
    """Return a copy of the values; ``None`` where evidence cannot hold such numbers."""
    values = values_of(variable).copy()
    if values.dtype.kind == "V":
        # NumPy has no bfloat16 of its own.
        values = values.astype(np.float32)
    return values if values.dtype.kind in "iuf" and values.ndim <= 4 else None


def _settings(layer: keras.layers.Layer) -> dict[str, Value]:
    config = config_of(layer)
    found = settings({name: config.get(name) for name in SETTINGS})
    if getattr(layer, "activation", None) is not None:
        found["activation"] = _activation(layer.activation)
    return found


def _activation(activation: Any) -> str:
    """Return the name of an activation, however given: ``tf.nn.softmax`` is ``softmax`` too."""
    if isinstance(activation, keras.layers.Layer):
        return class_name(type(activation), keras.layers).lower()
    own = keras_as_loaded()
    for name in (getattr(activation, "__name__", ""), *dir(ACTIVATIONS[0])):
        if any(own.are(home, name, activation) for home in ACTIVATIONS):
            return text(name, 300)
    return "linear" if own.are(tf, "identity", activation) else "custom"


def _shape(subject: Any, attribute: str) -> tuple[int | None, ...] | None:
    # Keras raises one of several errors where a layer was never given an input.
    with contextlib.suppress(Exception):
        value = _alone(getattr(subject, attribute))
        shape = getattr(value, "shape", value)
        return tuple(None if side is None else int(side) for side in shape)
    return None


def _is_chain(subject: keras.Model) -> bool:
    """Return whether each layer feeds only the next one."""
    if isinstance(subject, keras.Sequential):
        return all(not isinstance(one, keras.Model) or _is_chain(one) for one in subject.layers)
    with contextlib.suppress(Exception):
        pairs = itertools.pairwise(subject.layers)
        joined = all(_alone(after.input) is _alone(before.output) for before, after in pairs)
        return joined and _alone(subject.output) is _alone(subject.layers[-1].output)
    return False


def _alone(value: Any) -> Any:
    """Unwrap a list of one tensor or shape, as ``Model(inputs=[x], outputs=[y])`` has them."""
    match value:
        case [None | int()]:
            return value  # a shape of one side
        case [only]:
            return only
    return value


def too_large(variables: Iterable[Any]) -> bool:
    """Return whether variables hold more numbers than are stored of a model."""
    return 4 * count_of(variables) > MAX_BYTES


def count_of(variables: Iterable[Any]) -> int:
    """Return how many numbers variables hold together."""
    return sum(int(np.prod(variable.shape)) for variable in variables)
