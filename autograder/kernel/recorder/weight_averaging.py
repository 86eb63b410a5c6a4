"""The running mean of a model's weights while it is trained."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from autograder.core.snapshot_schedule import steps_per_snapshot
from autograder.kernel.recorder import model_description
from autograder.kernel.recorder.epoch_ends import Vector, vector_of
from autograder.kernel.recorder.serialize import describe_error, text

MAX_EPOCHS = 50
MAX_HISTORY = 1_000
MAX_NAMES = 64
# What is handed in can be the weights of any epoch or checkpoint.
MAX_STATES = 100
MAX_BYTES = 16 * 2**20


def _calmly(hook: Callable[..., None]) -> Callable[..., None]:
    """Wrap a hook so that the student's training goes on where it fails."""

    @functools.wraps(hook)
    def calm(self: WeightAverager, *args: Any, **kwargs: Any) -> None:
        try:
            with np.errstate(all="ignore"):
                hook(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  a student's cell must not fail because of us
            self.trouble = self.trouble or describe_error(error)

    return calm


class WeightAverager(keras.callbacks.Callback):
    """Takes a snapshot about every 4,000 images and at each epoch's end; stores each epoch's mean.

    ``images_per_step`` is asked after the first step, because a stream tells its batch size only
    when it flows; ``passed`` is called when an epoch (True) or a validation (False) ends. Models
    that are too large to store are not averaged.
    """

    def __init__(
        self, images_per_step: Callable[[], int | None], passed: Callable[[bool], None]
    ) -> None:
        super().__init__()
        self._images_per_step = images_per_step
        self._passed = passed
        self.epochs = 0
        self.steps = 0
        self.history: dict[str, list[float]] = {}
        self.means: dict[str, list[NDArray[Any]]] = {}
        self.snapshots: list[int] = []
        self.trouble: str | None = None
        self.start = ""
        self.first: model_description.Arrays = {}
        # All weights before the first step, and at the end of each epoch.
        self.ends: list[Vector] = []
        self._states: dict[str, None] = {}
        self._start()

    def _start(self) -> None:
        self._sums: dict[str, NDArray[Any]] = {}
        self._snapshot_count = self._intervals = self._at_step = self._batch = 0
        self._last_snapshot_step = -1

    @property
    def states(self) -> tuple[str, ...]:
        """The digests of the weights that were left behind so far, the latest last."""
        return tuple(self._states)

    @_calmly
    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        """Remember the weights from which training starts."""
        self._note_start()

    def _note_start(self) -> None:
        self.start = model_description.state_of(self.model)
        self.first = model_description.learned_by(self.model)
        self.ends = [vector_of(self.model)]

    @_calmly
    def note_state(self) -> None:
        """Remember the current weights as some that training left behind."""
        # Before the first step there may not even be a model.
        if self.steps and (state := model_description.state_of(self.model)):
            self._states.pop(state, None)
            self._states[state] = None
            if len(self._states) > MAX_STATES:
                del self._states[next(iter(self._states))]

    @_calmly
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Start the mean of this epoch."""
        self._start()

    @_calmly
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Remember which step comes next; before the first one callbacks may have set weights."""
        self._batch = batch
        if not self.steps and self.start != model_description.state_of(self.model):
            self._note_start()

    @_calmly
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Take a snapshot whenever another 4,000 images have been studied."""
        # Not by `batch`: of batched steps Keras 3.10 names the first here, 3.11 the last,
        # and both count all of them, also where an epoch ends among them.
        reached = self._batch + self.model.steps_per_execution
        done = min(reached, (self.params or {}).get("steps") or reached)
        self.steps += done - self._at_step
        self._at_step = done
        intervals = done // steps_per_snapshot(self._images_per_step())
        if intervals > self._intervals:
            self._intervals = intervals
            self._take_snapshot()

    @_calmly
    def on_test_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """Report that a validation has ended."""
        self._passed(False)

    @_calmly
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Take the last snapshot of the epoch and store its mean."""
        self.epochs += 1
        self.note_state()
        self._passed(True)
        self._record_end()
        for name, value in (logs or {}).items():
            values = self.history.setdefault(text(name, 300), [])
            if len(values) < MAX_HISTORY:
                values.append(float(value))
        self._end_mean()

    @_calmly
    def stop(self) -> None:
        """Store the mean of an epoch that was cut short."""
        if self._at_step:
            self._end_mean()
        self.note_state()

    def _record_end(self) -> None:
        self.ends.append(vector_of(self.model))
        if sum(one.nbytes for one in self.ends) > MAX_BYTES:
            del self.ends[1]

    def _end_mean(self) -> None:
        if self._last_snapshot_step != self._at_step:
            self._take_snapshot()
        self._store_mean()
        self._start()

    def _take_snapshot(self) -> None:
        trainable = model_description.named_trainable(self.model)
        if 4 * model_description.count_of(trainable.values()) > MAX_BYTES:
            return
        for name, variable in trainable.items():
            value = model_description.values_of(variable).astype(np.float64)
            self._sums[name] = self._sums[name] + value if self._snapshot_count else value
        self._snapshot_count += 1
        self._last_snapshot_step = self._at_step

    def _store_mean(self) -> None:
        size = sum(one.nbytes for one in self._sums.values()) // 2
        limit = min(MAX_EPOCHS, MAX_BYTES // size if size else 0)
        if not limit or len(self._sums) > MAX_NAMES:
            return
        for name, total in self._sums.items():
            means = [*self.means.get(name, []), (total / self._snapshot_count).astype(np.float32)]
            self.means[name] = means[-limit:]
        self.snapshots = [*self.snapshots, self._snapshot_count][-limit:]
