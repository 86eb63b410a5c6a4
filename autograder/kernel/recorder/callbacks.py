"""The callbacks that ``fit`` is given: when training stops, and which weights it keeps."""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import numpy as np

from autograder.core.evidence import Callback, Value
from autograder.kernel.recorder.serialize import accepted, text

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
    return tuple(accepted(_described(one)) for one in callbacks[:MAX_CALLBACKS])


def _described(callback: Any) -> Callback:
    name = type(callback).__name__
    is_builtin = getattr(keras.callbacks, name, None) is type(callback)
    settings: dict[str, Value] = {}
    for setting in SETTINGS:
        # A student's own callback may do anything when an attribute is read.
        with contextlib.suppress(Exception):
            value = getattr(callback, setting, None)
            value = value.item() if isinstance(value, np.generic) else value
            if isinstance(value, bool | int | float | str):
                settings[setting] = text(value) if isinstance(value, str) else value
    return Callback(kind=text(name if is_builtin else f"{name} (custom)", 300), settings=settings)
