"""What is handed in to a check, as evidence: plain values, models, arrays of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Answer, Claim, Model, Numbers
from autograder.kernel.recorder import model_description, serialize
from autograder.kernel.recorder.call_log import MAX_FITS
from autograder.kernel.recorder.data_matching import DataMatch, DatasetIndex
from autograder.kernel.recorder.front import with_front

HISTORY = "history"
# Images that a model is asked to find out what it does to pixels.
SAMPLE = 128
# The claim that is the model of a hand-in; models under other names are its others.
MODEL = "model"
MAX_OTHERS = 4
# Dimensions of an array that can hold images: their number, and at least one for the pixels.
SIDES = 2


class RecordingKernel(Protocol):
    """What :func:`describe_answer` needs of the recorder."""

    def quietly(self, trouble: str) -> AbstractContextManager[None]:
        """Record an error as this trouble, and go on."""

    def number(self, model: keras.Model) -> int:
        """Return the number of this model."""

    def fits_of(self, history: object) -> tuple[int, ...]:
        """Return the numbers of the calls of ``fit`` of which this is the history."""

    def working(self) -> AbstractContextManager[None]:
        """Be at work: what a model is asked now is not the student's call."""

    def given(self, model: int) -> DataMatch | None:
        """Return what this model was given to train on last, ``None`` where it was not trained."""

    @property
    def index(self) -> DatasetIndex:
        """The index of the course's images."""


def describe_answer(
    question: str, claims: Mapping[str, object], kernel: RecordingKernel
) -> tuple[Answer, model_description.Arrays]:
    """Return what was handed in to the check of a question, and its arrays."""
    arrays: model_description.Arrays = {}
    claimed: dict[str, Claim] = {}
    for name, value in claims.items():
        claimed[name] = Claim(kind=serialize.text(type(value).__name__, 300))
        with kernel.quietly(f"`{name}` could not be read"):
            claimed[name] = serialize.accepted(_claim(question, name, value, kernel, arrays))
    models: dict[str, Model] = {}
    for name in [one for one, value in claims.items() if isinstance(value, keras.Model)]:
        with kernel.quietly("the model could not be described"):
            models[name] = _model(question, name, claims[name], kernel, arrays)
    main = models.pop(MODEL, None)
    others = dict(list(models.items())[:MAX_OTHERS])
    return Answer(question=question, claims=claimed, model=main, others=others), arrays


def _model(
    question: str, name: str, given: Any, kernel: RecordingKernel, arrays: model_description.Arrays
) -> Model:
    prefix = f"answer-{question}" if name == MODEL else f"answer-{question}-{name}"
    number = kernel.number(given)
    model, weights = model_description.model(given, number, prefix)
    with kernel.quietly("what the model does to pixels was not found"), kernel.working():
        images = kernel.index.sample(SAMPLE)
        model = with_front(given, model, weights, images, kernel.given(number))
    accepted = serialize.accepted(model)
    arrays.update(weights)
    return accepted


def _claim(
    question: str, name: str, value: Any, kernel: RecordingKernel, arrays: model_description.Arrays
) -> Claim:
    claim = serialize.claim(value)
    if name == HISTORY and not claim.blank:
        return msgspec.structs.replace(claim, fits=kernel.fits_of(value)[-MAX_FITS:])
    array = _array(value)
    if array is None:
        return claim
    about = kernel.index.identify(array).as_examples(f"answer-{question}/{name}", arrays)
    numbers = Numbers(
        dtype=str(array.dtype),
        shape=array.shape,
        low=_end(array, np.min),
        high=_end(array, np.max),
        about=about,
    )
    return Claim(kind=claim.kind, value=claim.value, numbers=numbers)


def _array(value: Any) -> NDArray[Any] | None:
    """Return a value as an array that may hold images, not copied if possible, or ``None``."""
    if not isinstance(value, np.ndarray) and not hasattr(value, "numpy"):
        return None
    array = np.asarray(value)
    return array if SIDES <= array.ndim <= 8 and array.dtype.kind in "biuf" else None


def _end(array: NDArray[Any], end: Callable[[NDArray[Any]], Any]) -> float | None:
    number = float(end(array)) if array.size else None
    return number if number is not None and np.isfinite(number) else None
