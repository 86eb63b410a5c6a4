"""Step batching: Keras takes many training steps at a time, where that makes no difference.

With a larger ``steps_per_execution`` Keras returns to Python less often. Losses, metrics and
weights stay the same to the last bit; only an observer of every step would notice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from autograder.core.snapshot_schedule import steps_per_snapshot

# Keras' default for arrays.
KERAS_BATCH = 32
STEPWISE = tuple(
    f"on_{part}batch_{when}" for part in ("", "train_", "test_") for when in ("begin", "end")
)
# With any of these Keras would have to stop between the steps that it takes at a time.
STEP_ARGUMENTS = ("steps_per_epoch", "validation_steps")


def steps_at_a_time(arguments: Mapping[str, Any]) -> int:
    """Return how many steps a call of ``fit`` may take at a time.

    ``arguments`` are as the student gave them, the model under ``self``.
    """
    if not _may_batch(arguments["self"], arguments):
        return 1
    return steps_per_snapshot(arguments.get("batch_size") or KERAS_BATCH)


@contextlib.contextmanager
def batched_steps(model: keras.Model, steps: int) -> Iterator[None]:
    """Let training take ``steps`` steps at a time within this context."""
    if steps == 1:
        yield
        return
    _set(model, steps)
    try:
        yield
    finally:
        _set(model, 1)


def _set(model: keras.Model, steps: int) -> None:
    model.steps_per_execution = steps
    # They were made for another number of steps; Keras makes new ones when it needs them.
    model.train_function = model.test_function = None


def _may_batch(model: keras.Model, arguments: Mapping[str, Any]) -> bool:
    callbacks = arguments.get("callbacks") or []
    data = [arguments.get("x"), arguments.get("y"), *_parts(arguments.get("validation_data"))]
    return (
        bool(model.compiled)
        and type(model).__module__.partition(".")[0] == "keras"
        and model.steps_per_execution == 1
        and not model.run_eagerly
        and isinstance(callbacks, list | tuple)
        and not any(_observes_steps(one) for one in callbacks)
        and all(arguments.get(name) is None for name in STEP_ARGUMENTS)
        and all(isinstance(one, np.ndarray) for one in data)
    )


def _parts(validation: Any) -> tuple[Any, ...]:
    if validation is None:
        return ()
    return tuple(validation) if isinstance(validation, list | tuple) else (validation,)


def _observes_steps(callback: Any) -> bool:
    """Return whether a callback does anything of its own at a step."""
    plain = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, name, None), "__func__", None) is not getattr(plain, name)
        for name in STEPWISE
    )
