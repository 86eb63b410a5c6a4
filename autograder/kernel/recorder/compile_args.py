"""What ``compile`` was given, by one name however it was written."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from autograder.core.evidence import Compiled, Value
from autograder.kernel.recorder.originals import keras_as_loaded
from autograder.kernel.recorder.serialize import class_name, settings, text

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
        optimizer_settings=_settings(_config(optimizer)),
        loss=loss,
        loss_settings=loss_settings,
        metrics=_named_metrics(subject)[:64],
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
        return class_name(type(loss), keras.losses), _settings(_config(loss))
    name = getattr(loss, "__name__", "")
    is_builtin = keras_as_loaded().are(keras.losses, name, loss)
    return (_known_losses().get(name, name) if is_builtin else "custom"), {}


def _known_losses() -> dict[str, str]:
    known = dict(ABBREVIATED)
    for name in dir(keras.losses):
        if name[:1].isupper():
            known[_snake(name)] = known[name.lower()] = name
    return known


def _named_metrics(subject: keras.Model) -> tuple[str, ...]:
    """Return the names of the metrics; one of Keras' names for something else is marked as such."""
    given: Any = ()
    # Keras keeps what it was given nowhere in public.
    with contextlib.suppress(Exception):
        parts = subject._compile_metrics  # noqa: SLF001
        given = [parts._user_metrics, parts._user_weighted_metrics]  # noqa: SLF001
    names = tuple(_metrics(given[:1]))
    # Keras cannot write, for instance, a loss made by functools.partial.
    with contextlib.suppress(Exception):
        config = subject.get_compile_config()
        names = tuple(_metrics([config.get("metrics"), config.get("weighted_metrics")]))
    posing = {name for name, one in zip(names, _flat(given), strict=False) if _poses(name, one)}
    return tuple(f"{one} (custom)" if one in posing else one for one in names)


def _flat(metrics: Any) -> Iterator[Any]:
    """Yield what :func:`_metrics` gives names to."""
    match metrics:
        case None:
            return
        case list() | tuple():
            for one in metrics:
                yield from _flat(one)
        case Mapping() if "class_name" not in metrics:
            yield from _flat(list(metrics.values()))
        case _:
            yield metrics


def _poses(name: str, metric: Any) -> bool:
    """Return whether a metric has a name of Keras' without being Keras' own."""
    if isinstance(metric, str | Mapping):
        return False
    kind = metric if hasattr(metric, "__name__") else type(metric)
    own, homes = keras_as_loaded(), (keras.metrics, keras.losses)
    is_known = name.lower() in ("accuracy", "acc") or any(own.known(home, name) for home in homes)
    return is_known and not any(own.are(home, name, kind) for home in homes)


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
        case keras.metrics.Metric():
            yield class_name(type(metrics), keras.metrics)
        case _:
            yield text(getattr(metrics, "__name__", "custom"), 300)


def _config(subject: Any) -> Mapping[str, Any]:
    # A class of the student's own may refuse to be written as a configuration.
    with contextlib.suppress(Exception):
        config: Mapping[str, Any] = subject.get_config()
        return config
    return {}


def _settings(config: Mapping[str, Any]) -> dict[str, Value]:
    """Return settings as Keras takes them: whatever is true of a flag is true, as `1` is."""
    flags = {}
    for name in FLAGS & config.keys():
        with contextlib.suppress(Exception):
            flags[name] = bool(config[name])
    return settings({**config, **flags})


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
