"""What is handed in to a check, as evidence: plain values, models, arrays of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Answer, Claim, Model, Numbers
from autograder.kernel.recorder import serialize
from autograder.kernel.recorder.call_log import MAX_FITS
from autograder.kernel.recorder.model_description import Arrays

if TYPE_CHECKING:
    from autograder.kernel.recorder.recorder import Recorder

HISTORY = "history"
# The claim that is the model of an answer; models under other names are its others.
MODEL = "model"
MAX_OTHERS = 4
# Dimensions of an array that can hold images: their number, and at least one for the pixels.
SIDES = 2


def describe_answer(
    question: str, claims: Mapping[str, object], recorder: Recorder
) -> tuple[Answer, Arrays]:
    """Return what was handed in to the check of a question, and its arrays."""
    arrays: Arrays = {}
    claimed: dict[str, Claim] = {}
    for name, value in claims.items():
        claimed[name] = Claim(kind=serialize.text(type(value).__name__, 300))
        with recorder.quietly(f"`{name}` could not be read"):
            claimed[name] = serialize.accepted(_claim(question, name, value, recorder, arrays))
    models: dict[str, Model] = {}
    for name in [one for one, value in claims.items() if isinstance(value, keras.Model)]:
        with recorder.quietly("the model could not be described"):
            models[name] = _model(question, name, claims[name], recorder, arrays)
    main = models.pop(MODEL, None)
    others = dict(list(models.items())[:MAX_OTHERS])
    return Answer(question=question, claims=claimed, model=main, others=others), arrays


def _model(question: str, name: str, subject: Any, recorder: Recorder, arrays: Arrays) -> Model:
    prefix = f"answer-{question}" if name == MODEL else f"answer-{question}-{name}"
    model, weights = recorder.described(subject, prefix)
    accepted = serialize.accepted(model)
    arrays.update(weights)
    return accepted


def _claim(question: str, name: str, value: Any, recorder: Recorder, arrays: Arrays) -> Claim:
    claim = serialize.claim(value)
    if name == HISTORY and not claim.blank:
        return msgspec.structs.replace(claim, fits=recorder.fits_of(value)[-MAX_FITS:])
    array = _array(value)
    if array is None:
        return claim
    about = recorder.index.identify(array).as_examples(f"answer-{question}/{name}", arrays)
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
