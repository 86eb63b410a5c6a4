"""Everything that was recorded in one kernel, and what is written of it."""

from __future__ import annotations

import functools
import platform
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf

from autograder import datasets
from autograder.core.atomic_write import write_atomic
from autograder.core.evidence import (
    MAX_JSON_BYTES,
    Answer,
    Average,
    Devices,
    Fit,
    Model,
    Recorded,
    pack_arrays,
)
from autograder.datasets import Dataset, Images
from autograder.judge.identity import NEARLY, averaged
from autograder.kernel.earlier_runs import RunsOfRecords
from autograder.kernel.recorder import model_description, serialize
from autograder.kernel.recorder.answers import describe_answer
from autograder.kernel.recorder.call_log import FitLog, ModelCalls, worth_writing
from autograder.kernel.recorder.data_matching import DataMatch, DatasetIndex, dataset_index
from autograder.kernel.recorder.epoch_ends import EpochEnds, Vector, vector_of
from autograder.kernel.recorder.fit_observer import FitObserver
from autograder.kernel.recorder.instrumentation import Watching, watch
from autograder.kernel.recorder.originals import keras_as_loaded
from autograder.kernel.recorder.pixel_preprocessing import with_front
from autograder.kernel.recorder.trainer_client import TrainerClient

MAX_TROUBLES = 50
MAX_BY_BATCH = 1_000
# Images that a model is asked to find out what it does to pixels.
IMAGES_TO_ASK = 128


class Recorder:
    """Everything that was recorded in this kernel so far.

    ``folder`` is where it is written at each answer (``None``: nowhere), ``dataset`` what the
    notebook works with, by default the usual one, and ``trainer`` who may be asked for trainings.
    """

    def __init__(
        self,
        folder: Path | None = None,
        dataset: Dataset | None = None,
        trainer: TrainerClient | None = None,
    ) -> None:
        self._dataset = dataset or datasets.named("")
        self._folder = folder
        self._trainer = trainer
        self._models: list[weakref.ref[keras.Model]] = []
        self._answers: dict[str, tuple[Answer, model_description.Arrays]] = {}
        self._fits = FitLog()
        self._ends = EpochEnds()
        self._calls = ModelCalls()
        self._fitting: list[FitObserver] = []
        self._by_batch: dict[int, None] = {}
        # What each model was given to train on last.
        self._training_matches: dict[int, DataMatch] = {}
        self._troubles: list[str] = []
        self._compilations: dict[int, object] = {}
        self.runs = RunsOfRecords()
        self._watching = Watching()
        self.busy = False
        self._offered = _names(tf.config.list_physical_devices())

    @property
    def graded(self) -> bool:
        """Whether another process judges what is recorded here."""
        return self._folder is not None

    @functools.cached_property
    def data(self) -> Images:
        """The course's own images, read again: the notebook may have changed its copy."""
        return self._dataset.load()

    @functools.cached_property
    def index(self) -> DatasetIndex:
        """The index in which the course's images are found."""
        return dataset_index(self.data)

    def watch(self) -> None:
        """Start to watch Keras and TensorFlow."""
        is_own = keras_as_loaded().are(keras, "Model", keras.Model)
        self._watching = watch(self)
        if not is_own:
            # What a cell has put there before us is not ours.
            self._watching.functions.clear()

    def unwatch(self) -> None:
        """Watch no longer."""
        self._watching.close()

    def record_answer(self, question: str, claims: dict[str, object]) -> None:
        """Record what was handed in to a check, and models in their current state.

        A later answer to the same question takes the place of the earlier one.
        """
        answer, arrays = describe_answer(question, claims, self)
        answer = msgspec.structs.replace(answer, fits=self._fits.next_number)
        self._answers.pop(question, None)
        self._answers[question] = answer, arrays
        with self.quietly("what was recorded could not be written"):
            self._write()

    def recorded(self) -> tuple[Recorded, model_description.Arrays]:
        """Return what was recorded so far, and its arrays."""
        visible: tuple[str, ...] = ()
        with self.quietly("the visible devices could not be listed"):
            visible = _names(tf.config.get_visible_devices())
        queried = tuple(self.runs.queries)
        record = Recorded(
            devices=Devices(offered=self._offered, visible=visible, queried=queried),
            answers=tuple(answer for answer, _ in self._answers.values()),
            fits=tuple(self._fits.records),
            model_calls=self._calls.records,
            by_batch=tuple(self._by_batch)[:MAX_BY_BATCH],
            software={
                "python": platform.python_version(),
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "numpy": np.__version__,
            },
            troubles=tuple(self._troubles),
        )
        # The archive leaves out the first ones where there are too many.
        all_arrays = self._fits.arrays
        for _, arrays in self._answers.values():
            all_arrays |= arrays
        return record, all_arrays

    def fit_of(self, history: object) -> Fit | None:
        """Return the call of ``fit`` that returned this history, or a history with this dict."""
        return self._fits.of(history)

    def fits_of(self, history: object) -> tuple[int, ...]:
        """Return the numbers of the calls of ``fit`` of which this is the history."""
        owner = getattr(history, "model", None)
        number = self.number(owner) if isinstance(owner, keras.Model) else None
        return self._fits.numbers_of(history, number)

    def describe(self, number: int) -> tuple[Model, model_description.Arrays]:
        """Return a model that was seen in this kernel, in its current state, and its weights."""
        subject = self._models[number]()
        if subject is None:
            return Model(number=number, kind="gone"), {}
        return self.described(subject, f"now-{number}")

    def described(
        self, subject: keras.Model, prefix: str
    ) -> tuple[Model, model_description.Arrays]:
        """Return a model in its current state, and its weights under names with this prefix."""
        number = self.number(subject)
        described, arrays = model_description.model(subject, number, prefix)
        with self.quietly("what the model does to pixels was not found"), self.working():
            images = self.index.sample(IMAGES_TO_ASK)
            described = with_front(
                subject, described, arrays, images, self._training_matches.get(number)
            )
        return msgspec.structs.replace(described, average=self.average(subject)), arrays

    def average(self, subject: keras.Model) -> Average | None:
        """Return of which training a model's weights are an average, if they are no state of it."""
        with self.quietly("the weights could not be compared with those of the epochs"):
            now = model_description.state_of(subject)
            if not any(now in fit.states for fit in self._fits.records):
                return self._ends.average(vector_of(subject))
        return None

    @contextmanager
    def quietly(self, trouble: str) -> Iterator[None]:
        """Record an error as this trouble, and go on."""
        try:
            with np.errstate(all="ignore"):
                yield
        except Exception as error:  # noqa: BLE001  a student's cell must not fail because of us
            self._trouble(f"{trouble}: {serialize.describe_error(error)}")

    @contextmanager
    def working(self) -> Iterator[None]:
        """Mark that Keras is at work: what it asks by itself is not the student's call."""
        self.busy, before = True, self.busy
        try:
            yield
        finally:
            self.busy = before

    def replay(self, arguments: dict[str, Any], steps: int) -> AbstractContextManager[None] | None:
        """Return what lets a call of ``fit`` replay a training, ``None`` where it is to train."""
        if not self._trainer:
            return None
        # What is not plain, or is missing in another version of Keras, is trained here.
        with suppress(Exception):
            # Loaded only here: it may be what fails.
            from autograder.kernel.recorder import plain_fit, training_replay  # noqa: PLC0415

            training = plain_fit.describe(
                arguments, steps, self._dataset.name, self.data, self._watching.functions
            )
            if trained := self._trainer.ask(training):
                training_replay.require_fitting(trained, training, arguments)
                return training_replay.replayed(arguments, training, trained)
        return None

    def start_fit(self, fitting: FitObserver) -> None:
        """Take note of a call of ``fit`` that begins."""
        self._fitting.append(fitting)

    def record_checkpoint(self, model: keras.Model) -> None:
        """Record the weights of a model that is saved while it is trained."""
        for fitting in self._fitting:
            if fitting.model is model:
                fitting.averager.note_state()

    def record_batch(self, model: keras.Model) -> None:
        """Record that a model was trained by ``train_on_batch``."""
        self._by_batch[self.number(model)] = None

    def record_fit(
        self, fitting: FitObserver, error: BaseException | None, history: object
    ) -> None:
        """Record a call of ``fit`` that has ended."""
        self._fitting.remove(fitting)
        model = self.number(fitting.model)
        fit, arrays = fitting.evidence(
            self._fits.next_number, model, error, self.index, self.quietly
        )
        first = fitting.averager.first
        is_new = fit.start and not self._fits.left_start_of(fit, first)
        if is_new and (near := self._near_before(fitting.averager.ends[:1])):
            # As where it started with the very weights that the other one left.
            fit = msgspec.structs.replace(fit, start=near.states[-1])
        self._training_matches[model] = fitting.training_match
        if fitting.averager.trouble:
            self._trouble(f"the weights could not be averaged: {fitting.averager.trouble}")
        self._fits.add(fit, arrays, first, history)
        self._ends.add(fit.number, model, fitting.averager.ends)
        self.runs.fits[fit.number].add(self.runs.now)

    def _near_before(self, start: Sequence[Vector]) -> Fit | None:
        """Return the earlier training, if any, that left an average near to these weights."""
        with self.quietly("the weights could not be compared with those of the epochs"):
            left = [one for one in self._fits.records if one.states]
            found = (averaged(self._ends.average(one), left, NEARLY) for one in start)
            return next(found, None)
        return None

    def record_call(self, model: keras.Model, x: Any) -> None:
        """Record a call of a model for its outputs."""
        number = self.number(model)
        call = self._calls.add(number, self._fits.count(number), self.index.identify(x))
        self.runs.calls[call].add(self.runs.now)

    def record_device_query(self, name: str) -> None:
        """Record that TensorFlow was asked for its devices."""
        self.runs.queries[name].add(self.runs.now)

    def note_compiled(self, values: Iterable[object]) -> None:
        """Take note of the models that were compiled in the run of the cell that has just ended."""
        for model in (one for one in values if isinstance(one, keras.Model)):
            # Keras makes this anew in each call of `compile`, which cannot be watched.
            made, number = getattr(model, "_compile_config", None), self.number(model)
            if made is not self._compilations.get(number):
                self._compilations[number] = made
                self.runs.compiled[number] = self.runs.now

    def _trouble(self, trouble: str) -> None:
        if len(self._troubles) < MAX_TROUBLES:
            self._troubles.append(serialize.text(trouble))

    def number(self, model: keras.Model) -> int:
        """Return the number of a model: 0 for the first one seen in this kernel."""
        for number, known in enumerate(self._models):
            if known() is model:
                return number
        self._models.append(weakref.ref(model))
        return len(self._models) - 1

    def _write(self) -> None:
        if self._folder is None:
            return
        record, arrays = self.recorded()
        fits = []
        for fit in record.fits:
            shorter, means = worth_writing(fit, arrays)
            fits.append(shorter)
            arrays |= means
        record = msgspec.structs.replace(record, fits=tuple(fits))
        data = msgspec.json.encode(record)
        if len(data) > MAX_JSON_BYTES:
            # What was written before stays, and can be read.
            self._trouble("too much was recorded to be written")
            return
        # Arrays first: the record must never name one that is not there yet.
        write_atomic(self._folder / "recorded.npz", pack_arrays(arrays))
        write_atomic(self._folder / "recorded.json", data)


def _names(devices: Any) -> tuple[str, ...]:
    return tuple(str(device.name)[:300] for device in devices)[:256]
