"""The callbacks that ``fit`` is given: when training stops, and which weights it keeps."""

from __future__ import annotations

import contextlib
from typing import Any

import keras

from autograder.core.evidence import Callback, Value
from autograder.kernel.recorder import serialize

SETTINGS = (
    *("monitor", "mode", "patience", "min_delta", "baseline", "start_from_epoch"),
    *("restore_best_weights", "stopped_epoch", "best_epoch"),
)
MAX_CALLBACKS = 16


def listed(argument: Any) -> list[Any]:
    """Return the callbacks given to ``fit`` as one, several, or Keras' own ``CallbackList``."""
    if isinstance(argument, keras.callbacks.CallbackList):
        return list(argument.callbacks)
    return list(argument) if isinstance(argument, list | tuple) else [argument] if argument else []


def described(callbacks: list[Any]) -> tuple[Callback, ...]:
    """Return the first of the callbacks as evidence, in their current state."""
    return tuple(serialize.accepted(_described(one)) for one in callbacks[:MAX_CALLBACKS])


def _described(callback: Any) -> Callback:
    settings: dict[str, Value] = {}
    for setting in SETTINGS:
        # A student's own callback may do anything when an attribute is read.
        with contextlib.suppress(Exception):
            settings |= serialize.settings({setting: getattr(callback, setting, None)})
    kind = serialize.class_name(type(callback), keras.callbacks)
    return Callback(kind=kind, settings=settings)
