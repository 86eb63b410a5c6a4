"""Objects of Keras' own classes as plain data, and made again: only those that are listed here.

What is listed has no code of the student's in it, and no setting beside those that are named. The
narrow list is the sure one: whatever else a student uses is trained in the student's kernel.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import keras
import numpy as np

from autograder.core.training import Array, Setting, Stock
from autograder.kernel.recorder.originals import keras_as_loaded

# The settings that make each layer; all others have to be as Keras sets them.
LAYERS: dict[str, frozenset[str]] = {
    "InputLayer": frozenset({"batch_shape", "dtype"}),
    "Flatten": frozenset({"data_format"}),
    "Reshape": frozenset({"target_shape"}),
    "Dense": frozenset({"units", "activation", "use_bias"}),
    "Rescaling": frozenset({"scale", "offset"}),
    "Dropout": frozenset({"rate", "seed"}),
    "Activation": frozenset({"activation"}),
    "ReLU": frozenset({"max_value", "negative_slope", "threshold"}),
    "Softmax": frozenset({"axis"}),
}
ACTIVATIONS = frozenset(
    {"linear", "relu", "softmax", "sigmoid", "tanh", "elu", "selu", "gelu", "softplus"}
)
# They say how weights began, which are given bit by bit, and what things are called.
WITHOUT_EFFECT = frozenset({"name", "kernel_initializer", "bias_initializer"})
# Names that TensorFlow can compute under: those that its pattern of scopes allows, without the "\\"
# that it refuses later. What stands in no other scope may not begin with "_" or "-" either.
SCOPE = re.compile(r"[A-Za-z0-9_.>-]+")
OUTERMOST_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.>-]*")
ALWAYS: dict[str, object] = {
    "trainable": True,
    "sparse": False,
    "ragged": False,
    "optional": False,
    "quantization_config": None,
}
LOSSES = frozenset(
    {
        *("SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy"),
        *("MeanSquaredError", "MeanAbsoluteError"),
    }
)
LOSS_NAMES = frozenset(
    {
        *("sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"),
        *("mse", "mae", "mean_squared_error", "mean_absolute_error"),
    }
)
METRICS = frozenset({"SparseCategoricalAccuracy", "CategoricalAccuracy"})
METRIC_NAMES = LOSS_NAMES | {
    *("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy"),
}
# What an object has only once it is used.
OF_BUILDING = frozenset({"built", "_trainable_variables_indices"})
OPTIMIZERS = frozenset({"Adam", "AdamW", "Adamax", "Nadam", "SGD", "RMSprop", "Adagrad"})


class NotPlainError(Exception):
    """Something is not on the lists here, or not as Keras made it; the message says what."""


def require(condition: object, what: str) -> None:
    """Raise unless the condition holds.

    Raises:
        NotPlainError: it does not.
    """
    if not condition:
        raise NotPlainError(what)


def require_scope(*names: str, pattern: re.Pattern[str] = SCOPE) -> None:
    """Raise unless a model can be trained in which things are called so.

    The names are no part of a description, so the kernel itself has to meet the error.

    Raises:
        NotPlainError: Keras opens a scope under one that TensorFlow refuses.
    """
    require(all(pattern.fullmatch(name) for name in names), "a name that TensorFlow refuses")


def layer(subject: keras.layers.Layer) -> Stock:
    """Describe a layer.

    Raises:
        NotPlainError: it is no plain layer.
    """
    kind = _kind(subject, keras.layers, LAYERS)
    # No scope is opened for an input.
    if kind != "InputLayer":
        require(subject.dtype_policy.name == "float32", "another dtype policy")
        require_scope(subject.name)
    settings = {}
    for name, value in subject.get_config().items():
        if name in LAYERS[kind]:
            settings[name] = _setting(value)
        elif name in ALWAYS:
            require(value == ALWAYS[name], name)
        elif name not in WITHOUT_EFFECT and name != "dtype":
            require(value is None, name)
    if "activation" in settings:
        named = settings["activation"]
        require(named in ACTIVATIONS, "the activation")
        require(subject.activation is getattr(keras.activations, str(named)), "the activation")
    return Stock(kind=kind, settings=settings)


def make_layer(described: Stock) -> keras.layers.Layer:
    """Return a layer as described.

    Raises:
        NotPlainError: it is no plain layer.
    """
    require(set(described.settings) <= LAYERS.get(described.kind, frozenset()), described.kind)
    require(described.settings.get("activation", "linear") in ACTIVATIONS, "the activation")
    return _make(described, keras.layers, LAYERS)


def loss(subject: object) -> Stock | str:
    """Describe a loss, given by name or as an object; errors as ``layer``."""
    if isinstance(subject, str):
        require(subject in LOSS_NAMES, "the loss")
        return subject
    described = _by_config(subject, keras.losses, LOSSES)
    require_scope(str(described.settings["name"]))
    return described


def metrics(subject: object) -> tuple[Stock | str, ...]:
    """Describe the metrics, a flat list of names and objects; errors as ``layer``."""
    require(subject is None or type(subject) is list, "the metrics")
    return tuple(
        one
        if isinstance(one, str) and one in METRIC_NAMES
        else _by_config(one, keras.metrics, METRICS)
        for one in (subject or ())  # type: ignore[attr-defined]
    )


def optimizer(subject: object) -> Stock:
    """Describe an optimizer; errors as ``layer``."""
    described = _by_config(subject, keras.optimizers, OPTIMIZERS)
    require_scope(str(described.settings["name"]), pattern=OUTERMOST_SCOPE)
    return described


def make_loss(described: Stock | str) -> Any:
    """Return a loss as described; errors as ``make_layer``."""
    return _make_unless_named(described, LOSS_NAMES, keras.losses, LOSSES)


def make_metric(described: Stock | str) -> Any:
    """Return a metric as described; errors as ``make_layer``."""
    return _make_unless_named(described, METRIC_NAMES, keras.metrics, METRICS)


def make_optimizer(described: Stock) -> Any:
    """Return an optimizer as described; errors as ``make_layer``."""
    return _make(described, keras.optimizers, OPTIMIZERS)


def values(variables: Collection[Any]) -> tuple[Array, ...]:
    """Return the values of variables, bit by bit."""
    return tuple(Array.of(np.asarray(one.value.numpy())) for one in variables)


def assign(variables: Collection[Any], arrays: Collection[Array]) -> None:
    """Set variables to these values.

    Raises:
        NotPlainError: they do not fit.
    """
    require(fits(variables, arrays), "values of other variables")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array.values())


def fits(variables: Collection[Any], arrays: Collection[Array], *calls: int) -> bool:
    """Return whether these are values for these variables, or for each of so many calls."""
    return [((*calls, *one.shape), str(one.dtype)) for one in variables] == [
        (one.shape, one.dtype) for one in arrays
    ]


def _make_unless_named(
    described: Stock | str, names: Collection[str], home: Any, kinds: Collection[str]
) -> Any:
    if isinstance(described, str):
        require(described in names, described)
        return described
    return _make(described, home, kinds)


def _make(described: Stock, home: Any, kinds: Collection[str]) -> Any:
    require(described.kind in kinds, described.kind)
    return getattr(home, described.kind)(**described.settings)


def _by_config(subject: Any, home: Any, kinds: Collection[str]) -> Stock:
    kind = _kind(subject, home, kinds)
    config = subject.get_config()
    described = Stock(kind=kind, settings={name: _setting(one) for name, one in config.items()})
    _require_as_made(subject, _make(described, home, kinds))
    return described


def _require_as_made(subject: object, made: object) -> None:
    """Raise unless an object has the same data as one made from its description.

    What is set later, such as the weights that an optimizer leaves out, is in no description.

    Raises:
        NotPlainError: it has other data.
    """
    now, then = vars(subject), vars(made)
    for name in (now.keys() | then.keys()) - OF_BUILDING:
        if name.startswith("_self_"):  # TensorFlow's notes
            continue
        if _is_data(now.get(name)) and _is_data(then.get(name)):
            require(now.get(name) == then.get(name), name)


def _is_data(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_data, (*value, *value.values())))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_data, value))
    return value is None or isinstance(value, bool | int | float | str)


def _kind(subject: object, home: Any, kinds: Collection[str]) -> str:
    kind = type(subject)
    require(kind.__name__ in kinds and getattr(home, kind.__name__) is kind, kind.__name__)
    require_untouched(subject)
    return kind.__name__


def require_as_loaded(watched: Mapping[tuple[int, str], object]) -> None:
    """Raise unless Keras is as it was before any of a student's code ran.

    Args:
        watched: what the recorder itself has put into it, by the owner's identity and the name.

    Raises:
        NotPlainError: it is not.
    """
    for owner, name in keras_as_loaded().changed():
        ours = watched.get((id(owner), name))
        require(ours is not None and vars(owner).get(name) is ours, f"{name} in Keras")


def require_untouched(*subjects: object) -> None:
    """Raise unless objects have their class' own methods, and are of Keras' own classes.

    Raises:
        NotPlainError: somebody has put others in their place.
    """
    for subject in subjects:
        what = f"the methods of {type(subject).__name__}"
        require(keras_as_loaded().has_own_methods(subject), what)


def _setting(value: Any) -> Setting:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        require(all(one is None or type(one) is int for one in value), "a setting")
        return tuple(value)
    require(value is None or type(value) in (bool, int, float, str), "a setting")
    return value  # type: ignore[no-any-return]
