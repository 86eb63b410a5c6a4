"""Lives in the student's kernel and writes down what happens; judges nothing.

It wraps public functions of Keras and TensorFlow, changes none of their results, prints nothing,
and never makes a student's cell fail: what goes wrong in here is noted as a trouble.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import platform
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from autograder import dataset
from autograder.evidence import (
    Asked,
    Cards,
    Claim,
    Devices,
    Fit,
    HandIn,
    Model,
    Recorded,
    pack_arrays,
    write_whole,
)
from autograder.recorder import describe
from autograder.recorder.averager import Averager
from autograder.recorder.fingerprint import Cardbox, Told
from autograder.recorder.tap import Tap

DEVICE_QUESTIONS = (
    "list_physical_devices",
    "list_logical_devices",
    "get_visible_devices",
)
# Where a question about devices may come from without the student having asked it.
OURS = frozenset({"tensorflow", "keras", "absl", "autograder"})


class Recorder:
    """Everything that was recorded in this kernel so far.

    ``folder`` is where it is written at each hand-in (``None``: nowhere).
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._models: list[weakref.ref[keras.Model]] = []
        self._arrays: dict[str, NDArray[Any]] = {}
        self._hand_ins: list[HandIn] = []
        self._fits: list[Fit] = []
        self._asked: list[Asked] = []
        self._device_questions: list[str] = []
        self._troubles: list[str] = []
        self._busy = False
        self._histories: dict[int, int] = {}
        self._offered = _names(tf.config.list_physical_devices())

    @functools.cached_property
    def data(self) -> dataset.FashionMnist:
        """The lesson's own cards, read afresh: the notebook may have changed its copy."""
        return dataset.load()

    @functools.cached_property
    def _box(self) -> Cardbox:
        return Cardbox(self.data)

    def watch(self) -> None:
        """Begin to watch Keras and TensorFlow."""
        keras.Model.fit = self._watched_fit(keras.Model.fit)
        for name in ("predict", "predict_on_batch", "__call__"):
            setattr(keras.Model, name, self._watched_question(getattr(keras.Model, name)))
        keras.Model.evaluate = self._undisturbed(keras.Model.evaluate)
        for module in (tf.config, tf.config.experimental):
            for name in DEVICE_QUESTIONS:
                if hasattr(module, name):
                    setattr(module, name, self._watched_devices(name, getattr(module, name)))

    def hand_in(self, question: str, claims: dict[str, object]) -> None:
        """Write down what was handed in to a check, and the model as it stands now."""
        given = claims.get("model")
        described = None
        if isinstance(given, keras.Model):
            with self._quietly("the model could not be described"):
                prefix = f"hand-in-{len(self._hand_ins)}"
                described, arrays = describe.model(given, self._number(given), prefix)
                self._arrays.update(arrays)
        claimed: dict[str, Claim] = {}
        for name, value in claims.items():
            claimed[name] = Claim(kind=type(value).__name__[:300])
            with self._quietly(f"`{name}` could not be read"):
                claimed[name] = describe.claim(value)
        self._hand_ins.append(HandIn(question=question, claims=claimed, model=described))
        self._write()

    def recorded(self) -> tuple[Recorded, dict[str, NDArray[Any]]]:
        """What was recorded so far, and its arrays."""
        visible: tuple[str, ...] = ()
        with self._quietly("the visible devices could not be listed"):
            self._busy, busy = True, self._busy
            visible = _names(tf.config.get_visible_devices())
            self._busy = busy
        record = Recorded(
            devices=Devices(
                offered=self._offered, visible=visible, asked=tuple(self._device_questions[:256])
            ),
            hand_ins=tuple(self._hand_ins[-1000:]),
            fits=tuple(self._fits[-1000:]),
            asked=tuple(self._asked[-5000:]),
            software={
                "python": platform.python_version(),
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "numpy": np.__version__,
            },
            troubles=tuple(self._troubles[:1000]),
        )
        return record, self._arrays

    def fit_of(self, history: object) -> Fit | None:
        """The call of ``fit`` that returned this history."""
        number = self._histories.get(id(history))
        return None if number is None else self._fits[number]

    def describe(self, number: int) -> tuple[Model, dict[str, NDArray[Any]]]:
        """A model that was seen in this kernel, as it stands now, and its weights."""
        subject = self._models[number]()
        if subject is None:
            return Model(number=number, kind="gone"), {}
        return describe.model(subject, number, f"now-{number}")

    def _write(self) -> None:
        if self._folder is None:
            return
        record, arrays = self.recorded()
        # Arrays first: the record must never name one that is not there yet.
        write_whole(self._folder / "recorded.npz", pack_arrays(arrays))
        write_whole(self._folder / "recorded.json", msgspec.json.encode(record))

    def _number(self, model: keras.Model) -> int:
        """Which model this is: 0 for the first one seen in this kernel."""
        for number, known in enumerate(self._models):
            if known() is model:
                return number
        self._models.append(weakref.ref(model))
        return len(self._models) - 1

    def _trained(self, number: int) -> int:
        return sum(1 for fit in self._fits if fit.model == number)

    @contextlib.contextmanager
    def _quietly(self, trouble: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  a student's cell must not fail because of us
            self._troubles.append(f"{trouble}: {type(error).__name__}: {error}"[:4000])

    def _watched_fit(self, fit: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(fit)

        @functools.wraps(fit)
        def watched(*args: Any, **kwargs: Any) -> Any:
            watching = None
            with self._quietly("fit could not be watched"):
                bound = signature.bind(*args, **kwargs)
                watching = _FitWatch(bound.arguments)
            if watching is None:
                return fit(*args, **kwargs)
            self._busy, busy = True, self._busy
            error: BaseException | None = None
            history = None
            try:
                history = fit(*bound.args, **bound.kwargs)
            except BaseException as raised:
                error = raised
                raise
            finally:
                self._busy = busy
                with self._quietly("fit could not be recorded"):
                    self._keep_fit(watching, error, history)
            return history

        return watched

    def _keep_fit(self, watching: _FitWatch, error: BaseException | None, history: object) -> None:
        number = len(self._fits)
        averager = watching.averager
        for name, means in averager.means.items():
            self._arrays[f"fit-{number}/{name}"] = np.stack(means)
        passes = averager.epochs or 1
        training = watching.training.tell(self._box, passes=passes)
        quiz = watching.quiz.tell(self._box, passes=passes) if watching.quiz else None
        variables = watching.model.trainable_variables
        self._fits.append(
            Fit(
                number=number,
                model=self._number(watching.model),
                epochs_asked=watching.epochs,
                epochs_done=averager.epochs,
                batch_size=watching.batch_size(),
                steps=averager.steps,
                interrupted=isinstance(error, KeyboardInterrupt),
                error=f"{type(error).__name__}: {error}"[:4000] if error else None,
                history={
                    name[:300]: tuple(values[:10_000]) for name, values in averager.history.items()
                },
                training=self._cards(training, f"fit-{number}/training"),
                validation=self._cards(quiz, f"fit-{number}/validation") if quiz else None,
                validation_split=watching.validation_split,
                device=describe.device_of(variables[0]) if variables else "",
                means=tuple(averager.means),
                snapshots=tuple(averager.snapshots),
            )
        )
        if history is not None:
            self._histories[id(history)] = number

    def _cards(self, told: Told, prefix: str) -> Cards:
        names: dict[str, str | None] = {"scale": None, "shift": None}
        for part, array in (("scale", told.scale), ("shift", told.shift)):
            if array is not None:
                names[part] = f"{prefix}/{part}"
                self._arrays[f"{prefix}/{part}"] = array
        return Cards(
            count=told.count, cards=told.cards, labels=told.labels, places=told.places, **names
        )

    def _watched_question(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(ask)
        def watched(model: keras.Model, *args: Any, **kwargs: Any) -> Any:
            if self._busy:
                return ask(model, *args, **kwargs)
            self._busy = True
            try:
                answer = ask(model, *args, **kwargs)
            finally:
                self._busy = False
            x = args[0] if args else kwargs.get("x", kwargs.get("inputs"))
            if not isinstance(x, keras.KerasTensor):
                with self._quietly("a question to the model could not be recorded"):
                    self._keep_question(model, x)
            return answer

        return watched

    def _keep_question(self, model: keras.Model, x: Any) -> None:
        told = Told() if isinstance(x, tf.data.Dataset) else self._box.tell(x)
        number = self._number(model)
        about = Cards(count=told.count, cards=told.cards, places=told.places)
        self._asked.append(Asked(model=number, fits=self._trained(number), about=about))

    def _undisturbed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function; the questions that it puts to the model are not the student's."""

        @functools.wraps(function)
        def undisturbed(*args: Any, **kwargs: Any) -> Any:
            self._busy, busy = True, self._busy
            try:
                return function(*args, **kwargs)
            finally:
                self._busy = busy

        return undisturbed

    def _watched_devices(self, name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(ask)
        def watched(*args: Any, **kwargs: Any) -> Any:
            caller = str(sys._getframe(1).f_globals.get("__name__", "")).partition(".")[0]  # noqa: SLF001
            if not self._busy and caller not in OURS:
                self._device_questions.append(name)
            return ask(*args, **kwargs)

        return watched


class _FitWatch:
    """One call of ``fit``: taps its data and rides along as a callback."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.model: keras.Model = arguments["self"]
        self.epochs = _as_int(arguments.get("epochs", 1))
        self.validation_split = float(arguments.get("validation_split") or 0.0)
        self._given_batch = _as_int(arguments.get("batch_size"))
        self.training = Tap(arguments.get("x"), arguments.get("y"))
        arguments["x"] = self.training.data
        self.quiz = self._tap_quiz(arguments)
        self.averager = Averager(self.batch_size)
        self._ride_along(arguments)

    def batch_size(self) -> int | None:
        """Cards a step, as given, as seen, or as Keras sets it for arrays."""
        if self.training.streams:
            return self.training.batch_size
        if self._given_batch is None and not hasattr(self.training.data, "shape"):
            return None
        return self._given_batch or 32

    def _tap_quiz(self, arguments: dict[str, Any]) -> Tap | None:
        quiz = arguments.get("validation_data")
        if quiz is None:
            return None
        if isinstance(quiz, tuple | list):
            return Tap(*quiz[:2])
        tap = Tap(quiz)
        arguments["validation_data"] = tap.data
        return tap

    def _ride_along(self, arguments: dict[str, Any]) -> None:
        given = arguments.get("callbacks")
        if isinstance(given, keras.callbacks.CallbackList):
            given.append(self.averager)
        else:
            others = given if isinstance(given, list | tuple) else [given] if given else []
            arguments["callbacks"] = [*others, self.averager]


def _as_int(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _names(devices: Any) -> tuple[str, ...]:
    return tuple(str(device.name)[:300] for device in devices)[:256]
