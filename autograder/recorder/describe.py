"""Keras models and other values as plain data. Public Keras API only; reads, never changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from autograder.evidence import Claim, Compiled, Layer, Model, Value, Weight
from autograder.notebook.blank import Blank

SETTINGS = ("units", "use_bias", "scale", "offset", "rate", "axis", "filters", "pool_size")
LONGEST = 64


def model(subject: keras.Model, number: int, prefix: str) -> tuple[Model, dict[str, NDArray[Any]]]:
    """A model, and its weights under names that begin with ``prefix``."""
    arrays: dict[str, NDArray[Any]] = {}
    layers = tuple(_layer(one, prefix, arrays) for one in _flat(subject))
    return (
        Model(
            number=number,
            kind=type(subject).__name__,
            input_shape=_shape(subject, "input_shape"),
            chain=_is_chain(subject),
            layers=layers,
            trainable_parameters=_count(subject.trainable_variables),
            other_parameters=_count(subject.non_trainable_variables),
            compiled=_compiled(subject),
        ),
        arrays,
    )


def named_trainable(subject: keras.Model) -> dict[str, Any]:
    """The trainable variables as ``layer/weight``."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in _flat(subject)
        for variable in layer.trainable_variables
    }


def claim(value: object) -> Claim:
    """A value handed in, as far as it is plain data."""
    kind = type(value).__name__
    if isinstance(value, Blank):
        return Claim(kind=kind, blank=True)
    return Claim(kind=kind[:300], value=_plain(value))


def _plain(value: Any) -> Value | tuple[Value, ...]:
    if isinstance(value, list | tuple):
        return tuple(_one(part) for part in value[:LONGEST])
    if isinstance(value, np.ndarray) or hasattr(value, "numpy"):
        array = np.asarray(value)
        if array.ndim and array.size <= LONGEST:
            return tuple(_one(part) for part in array.ravel().tolist())
        value = array.item() if array.size == 1 else None
    return _one(value)


def _one(value: Any) -> Value:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str | None):
        return value[:4000] if isinstance(value, str) else value
    if isinstance(value, int | float):
        return value if abs(value) < 2**53 else str(value)[:100]
    name = getattr(value, "name", None)
    return name[:300] if isinstance(name, str) else type(value).__name__


def _flat(subject: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers, those of a model inside the model in its place."""
    for layer in subject.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        else:
            yield layer


def _layer(layer: keras.layers.Layer, prefix: str, arrays: dict[str, NDArray[Any]]) -> Layer:
    config = layer.get_config()
    settings: dict[str, Value] = {
        name: config[name]
        for name in SETTINGS
        if isinstance(config.get(name), bool | int | float | str)
    }
    if getattr(layer, "activation", None) is not None:
        settings["activation"] = _activation(layer)
    weights = []
    for variable in layer.weights:
        array = f"{prefix}/{layer.name}/{variable.name}"
        arrays[array] = np.array(variable)
        weights.append(
            Weight(
                name=variable.name,
                shape=tuple(variable.shape),
                trainable=bool(variable.trainable),
                device=device_of(variable),
                array=array,
            )
        )
    return Layer(
        kind=type(layer).__name__,
        name=layer.name,
        output_shape=_shape(layer, "output"),
        settings=settings,
        weights=tuple(weights),
    )


def device_of(variable: Any) -> str:
    """Where a variable lies, as TensorFlow names it; empty where that is not known."""
    return str(getattr(getattr(variable, "value", variable), "device", ""))


def _activation(layer: Any) -> str:
    name = keras.activations.serialize(layer.activation)
    return name if isinstance(name, str) else "custom"


def _shape(subject: Any, attribute: str) -> tuple[int | None, ...] | None:
    # Keras raises one of several errors where a layer was never given an input.
    with contextlib.suppress(Exception):
        value = getattr(subject, attribute)
        shape = getattr(value, "shape", value)
        return tuple(None if side is None else int(side) for side in shape)
    return None


def _is_chain(subject: keras.Model) -> bool:
    if isinstance(subject, keras.Sequential):
        return all(not isinstance(one, keras.Model) or _is_chain(one) for one in subject.layers)
    with contextlib.suppress(Exception):
        layers = subject.layers
        joined = all(
            after.input is before.output for before, after in zip(layers, layers[1:], strict=False)
        )
        return joined and subject.output is layers[-1].output
    return False


def _count(variables: Any) -> int:
    return sum(int(np.prod(variable.shape)) for variable in variables)


def _compiled(subject: keras.Model) -> Compiled | None:
    if not getattr(subject, "compiled", False):
        return None
    given = {}
    # A loss of the student's own may refuse to be written as a configuration.
    with contextlib.suppress(Exception):
        given = subject.get_compile_config() or {}
    loss, settings = _loss(given.get("loss"))
    optimizer = subject.optimizer
    config = optimizer.get_config() if optimizer is not None else {}
    metrics = given.get("metrics") or ()
    return Compiled(
        optimizer=type(optimizer).__name__ if optimizer is not None else "",
        optimizer_settings={
            name: value for name, value in config.items() if isinstance(value, bool | int | float)
        },
        loss=loss,
        loss_settings=settings,
        metrics=tuple(_metrics(metrics)),
    )


def _loss(given: Any) -> tuple[str, dict[str, Value]]:
    """A loss under its class name, however it was given: name, function or object."""
    if isinstance(given, dict) and "config" not in given and len(given) == 1:
        given = next(iter(given.values()))
    if isinstance(given, list | tuple) and len(given) == 1:
        given = given[0]
    settings: dict[str, Value] = {}
    if isinstance(given, dict):
        config = given.get("config")
        if isinstance(config, dict):
            settings = {
                name: value
                for name, value in config.items()
                if isinstance(value, bool | int | float | str)
            }
        given = config if isinstance(config, str) else given.get("class_name")
    if not isinstance(given, str):
        return "", settings
    known = {_snake(name): name for name in dir(keras.losses) if name[0].isupper()}
    known |= {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError"}
    return known.get(given.lower(), given)[:300], settings


def _metrics(given: Any) -> Iterator[str]:
    """The names of the metrics, however nested."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict) and "class_name" in given:
        config = given.get("config")
        yield config if isinstance(config, str) else str(given["class_name"])
    elif isinstance(given, dict):
        for one in given.values():
            yield from _metrics(one)
    elif isinstance(given, list | tuple):
        for one in given:
            yield from _metrics(one)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
