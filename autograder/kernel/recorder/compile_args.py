"""What ``compile`` was given, by one name however it was written."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from autograder.core.evidence import CUSTOM, Compiled, Value
from autograder.kernel.recorder.originals import keras_as_loaded
from autograder.kernel.recorder.serialize import class_name, config_of, settings, text

ABBREVIATED = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
}

# Settings of losses of which Keras only asks whether they are true.
FLAGS = frozenset({"from_logits"})


def compiled(subject: keras.Model) -> Compiled | None:
    """Return how a model was compiled, ``None`` where it was not."""
    if not getattr(subject, "compiled", False):
        return None
    optimizer = subject.optimizer
    if class_name(type(optimizer), keras.optimizers) == "LossScaleOptimizer":
        # Keras itself puts it around the one that it was given, to compute with 16 bits.
        optimizer = optimizer.inner_optimizer
    loss, loss_settings = _loss(subject.loss)
    return Compiled(
        optimizer=class_name(type(optimizer), keras.optimizers) if optimizer is not None else "",
        optimizer_settings=_settings(config_of(optimizer)),
        loss=loss,
        loss_settings=loss_settings,
        metrics=tuple(_metrics(_given_metrics(subject)))[:64],
    )


def _loss(loss: Any) -> tuple[str, dict[str, Value]]:
    """Return the class name and settings of a loss given as name, function, class or object."""
    if isinstance(loss, Mapping) and len(loss) == 1:
        loss = next(iter(loss.values()))
    if isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    if loss is None:
        return "", {}
    if isinstance(loss, str):
        return text(_known_losses().get(loss.lower(), loss), 300), {}
    if type(loss) is functools.partial:
        return _loss(loss.func)[0], _settings(loss.keywords)
    if isinstance(loss, type):
        return class_name(loss, keras.losses), {}
    if isinstance(loss, keras.losses.Loss):
        return class_name(type(loss), keras.losses), _settings(config_of(loss))
    name = getattr(loss, "__name__", "")
    is_builtin = keras_as_loaded().are(keras.losses, name, loss)
    return (_known_losses().get(name, name) if is_builtin else "custom"), {}


def _known_losses() -> dict[str, str]:
    known = dict(ABBREVIATED)
    for name in dir(keras.losses):
        if name[:1].isupper():
            known[_snake(name)] = known[name.lower()] = name
    return known


def _given_metrics(subject: keras.Model) -> tuple[Any, ...]:
    # Keras keeps what it was given nowhere in public.
    with contextlib.suppress(AttributeError):
        given = subject._compile_metrics  # noqa: SLF001
        return given._user_metrics, given._user_weighted_metrics  # noqa: SLF001
    return ()


def _metrics(metrics: Any) -> Iterator[str]:
    """Yield the names of the metrics, however they are nested."""
    match metrics:
        case None:
            return
        case str():
            # Only these two Keras takes in capitals as well.
            plain = metrics.lower() in ("accuracy", "acc")
            yield text(metrics.lower() if plain else metrics, 300)
        case {"class_name": name, **rest}:
            config = rest.get("config")
            yield text(config if isinstance(config, str) else name, 300)
        case Mapping():
            for one in metrics.values():
                yield from _metrics(one)
        case list() | tuple():
            for one in metrics:
                yield from _metrics(one)
        case _:
            yield _metric_name(metrics)


def _metric_name(metric: Any) -> str:
    """Return the name of a function, a class or its object; Keras' name for another is marked."""
    kind = type(metric) if isinstance(metric, keras.metrics.Metric) else metric
    # As Keras writes it into a configuration.
    name = text(getattr(kind, "__name__", "custom"), 300).replace("<lambda>", "__lambda__")
    own, homes = keras_as_loaded(), (keras.metrics, keras.losses)
    is_known = name.lower() in ("accuracy", "acc") or any(own.known(home, name) for home in homes)
    poses = is_known and not any(own.are(home, name, kind) for home in homes)
    return f"{name}{CUSTOM}" if poses else name


def _settings(config: Mapping[str, Any]) -> dict[str, Value]:
    """Return settings as Keras takes them: whatever is true of a flag is true, as `1` is."""
    flags = {}
    for name in FLAGS & config.keys():
        with contextlib.suppress(Exception):
            flags[name] = bool(config[name])
    return settings({**config, **flags})


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
