"""One call of ``fit``: its arguments and its result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np

from autograder.core.evidence import Examples, Fit
from autograder.kernel.recorder import callbacks, model_description
from autograder.kernel.recorder.data_matching import DataMatch, DatasetIndex
from autograder.kernel.recorder.data_probe import DataProbe
from autograder.kernel.recorder.serialize import accepted, count, describe_error
from autograder.kernel.recorder.step_batching import KERAS_BATCH
from autograder.kernel.recorder.weight_averaging import WeightAverager

Quietly = Callable[[str], AbstractContextManager[None]]


class FitObserver:
    """Probes the data of one call of ``fit`` and observes it through a callback.

    ``arguments`` are those of the call; what stands in for the data is put in their place.
    ``is_replayed``: its steps are those of a training that the trainer has done.
    """

    def __init__(self, arguments: dict[str, Any], *, is_replayed: bool) -> None:
        self._is_replayed = is_replayed
        self.model: keras.Model = arguments["self"]
        self._epochs = count(arguments.get("epochs", 1))
        self._split = float(arguments.get("validation_split") or 0.0)
        self._requested_batch_size = count(arguments.get("batch_size"))
        self._device = model_description.device_here()
        self._training = DataProbe(arguments.get("x"), arguments.get("y"))
        self._validation = _probe_validation(arguments)
        self.averager = WeightAverager(self._batch_size, self._passed)
        arguments["x"] = self._training.data
        self.training_match = DataMatch()
        self._list: keras.callbacks.CallbackList | None = None
        self._attach(arguments)

    def _attach(self, arguments: dict[str, Any]) -> None:
        argument = arguments.get("callbacks")
        self._callbacks = callbacks.listed(argument)
        if isinstance(argument, keras.callbacks.CallbackList):
            # Made by the student, and perhaps used again.
            self.averager.set_model(self.model)
            argument.callbacks.append(self.averager)
            self._list = argument
        else:
            arguments["callbacks"] = [*self._callbacks, self.averager]

    def _detach(self) -> None:
        if self._list is not None:
            self._list.callbacks.remove(self.averager)

    def evidence(
        self,
        number: int,
        model: int,
        error: BaseException | None,
        index: DatasetIndex,
        quietly: Quietly,
    ) -> tuple[Fit, model_description.Arrays]:
        """Return the call as evidence, and its arrays."""
        self._detach()
        self.averager.stop()
        averager, prefix = self.averager, f"fit-{number}"
        arrays = {f"{prefix}/{name}": np.stack(means) for name, means in averager.means.items()}
        with quietly("what the model was given could not be looked at"):
            self.training_match = self._training.identify_training(index)
        training = self.training_match.as_examples(f"{prefix}/training", arrays)
        fit = Fit(
            number=number,
            model=model,
            epochs_requested=self._epochs,
            epochs_done=averager.epochs,
            batch_size=self._batch_size(),
            steps=averager.steps,
            interrupted=isinstance(error, KeyboardInterrupt),
            error=describe_error(error) if error else None,
            history={name: tuple(values) for name, values in averager.history.items()},
            training=training,
            validation=self._validated(index, f"{prefix}/validation", arrays, quietly),
            validation_split=self._split,
            callbacks=callbacks.described(self._callbacks),
            device=self._training_device(),
            means=tuple(averager.means),
            snapshots=tuple(averager.snapshots),
            start=averager.start,
            states=averager.states,
            replayed=self._is_replayed,
        )
        return accepted(fit), arrays

    def _validated(
        self,
        index: DatasetIndex,
        prefix: str,
        arrays: model_description.Arrays,
        quietly: Quietly,
    ) -> Examples | None:
        if self._validation is None:
            return None
        match = DataMatch()
        with quietly("what the model was given could not be looked at"):
            match = self._validation.identify(index)
            if "unknown" == match.split == self.training_match.split:
                rows = index.unmapped_rows(*self._validation.array, self._training.array[0])
                match = dataclasses.replace(match, rows=rows)
        return match.as_examples(prefix, arrays)

    def _training_device(self) -> str:
        """Return where it was trained: the CPU where requested, else the device of the weights."""
        variables = self.model.trainable_variables
        device = model_description.device_of(variables[0]) if variables else ""
        return self._device if "CPU" in self._device.upper() or not device else device

    def _batch_size(self) -> int | None:
        """Return images per step, as given, as seen, or as Keras sets it for arrays."""
        if self._training.streams:
            return self._training.batch_size
        given = keras.tree.flatten(self._training.data)
        if self._requested_batch_size is None and not all(hasattr(one, "shape") for one in given):
            return None
        return self._requested_batch_size or KERAS_BATCH

    def _passed(self, is_training: bool) -> None:  # noqa: FBT001
        probe = self._training if is_training else self._validation
        if probe:
            probe.passed()


def _probe_validation(arguments: dict[str, Any]) -> DataProbe | None:
    validation = arguments.get("validation_data")
    if validation is None:
        return None
    if isinstance(validation, tuple | list):
        return DataProbe(*validation[:2])
    probe = DataProbe(validation)
    arguments["validation_data"] = probe.data
    return probe
