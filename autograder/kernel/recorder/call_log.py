"""The records of many calls, limited so that they can always be written and read again."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from autograder.core.evidence import Examples, Fit, ModelCall
from autograder.kernel.recorder.data_matching import DataMatch
from autograder.kernel.recorder.model_description import Arrays

MAX_FITS = 500
# Of older ones only the weights with which they started are stored; the newer ones are judged.
MAX_FITS_WITH_ARRAYS = 100
MAX_CALLS = 200
# Bytes of the means of one call; of a single layer of neurons fifty epochs take less.
MAX_WRITTEN = 2 * 2**20


@dataclass
class _LoggedFit:
    """A call of ``fit``, the weights that it ``learned``, by name, and which history it returned.

    ``start`` are the weights with which it started, none where an earlier call left them.
    """

    fit: Fit
    arrays: Arrays
    learned: tuple[str, ...]
    start: Arrays
    history: weakref.ref[Any] | None = None

    def forget_arrays(self) -> None:
        """Leave out all arrays but the weights at the start."""
        stripped = {
            name: msgspec.structs.replace(examples, scale=None, shift=None)
            for name in ("training", "validation")
            if (examples := getattr(self.fit, name))
        }
        self.arrays = {}
        self.fit = msgspec.structs.replace(self.fit, means=(), snapshots=(), **stripped)


class FitLog:
    """The calls of ``fit``, in order."""

    def __init__(self) -> None:
        self._calls: list[_LoggedFit] = []

    @property
    def records(self) -> list[Fit]:
        """The calls as evidence."""
        return [one.fit for one in self._calls]

    @property
    def next_number(self) -> int:
        """The number of the next call."""
        return self._calls[-1].fit.number + 1 if self._calls else 0

    @property
    def arrays(self) -> Arrays:
        """The arrays of the calls.

        An archive leaves out the first ones where all are too many. The weights with which
        trainings started come last, and of these the oldest and smallest: nothing that is trained
        later crowds them out.
        """
        starts = sorted(self._calls, key=lambda one: (-_size(one.start), -one.fit.number))
        return {
            **{name: array for one in self._calls for name, array in one.arrays.items()},
            **{
                f"fit-{one.fit.number}/start/{name}": array
                for one in starts
                for name, array in one.start.items()
            },
        }

    def add(self, fit: Fit, arrays: Arrays, first: Arrays, history: object) -> None:
        """Store a call, and remember which history it returned.

        ``first`` are the weights with which it started, stored where no earlier call left them.
        """
        start = {} if self.left_start_of(fit, first) else first
        self._calls.append(_LoggedFit(fit, arrays, tuple(first), start))
        if len(self._calls) > MAX_FITS_WITH_ARRAYS:
            self._calls[-1 - MAX_FITS_WITH_ARRAYS].forget_arrays()
        if len(self._calls) > MAX_FITS:
            self._forget(self._calls.pop(0))
        if history is not None:
            self._calls[-1].history = weakref.ref(history)

    def left_start_of(self, fit: Fit, learned: Collection[str]) -> bool:
        """Return whether an earlier call left the weights from which this one started.

        So did calls for the same model that learned other layers, if the last one that learned a
        weight left it as it is.
        """
        if any(fit.start in one.fit.states for one in self._calls):
            return True
        rest = dict(zip(learned, fit.start.split(), strict=False))
        for one in reversed([one for one in self._calls if one.fit.model == fit.model]):
            wanted = {name: rest.pop(name) for name in one.learned if name in rest}
            states = (dict(zip(one.learned, each.split(), strict=False)) for each in one.fit.states)
            if wanted and not any(wanted.items() <= state.items() for state in states):
                return False
        return not rest and bool(learned)

    def of(self, history: object) -> Fit | None:
        """Return the call that returned this history, or a history with this dict."""
        for call in self._calls:
            one = call.history() if call.history else None
            if one is not None and (one is history or one.history is history):
                return call.fit
        return None

    def numbers_of(self, history: object, model: int | None) -> tuple[int, ...]:
        """Return the numbers of the calls that a history is of, also where it is put together.

        Args:
            history: what ``fit`` returned, the dict in it, or one that was made of several.
            model: the number of the model that the history itself names, if it does.
        """
        if known := self.of(history):
            return (known.number,)
        if model is not None:
            return tuple(fit.number for fit in self.records if fit.model == model)
        if not isinstance(history, dict) or not history:
            return ()
        curves = [_floats(curve) for curve in history.values()]
        return tuple(
            fit.number
            for fit in self.records
            if any(_within(one, curve) for one in fit.history.values() for curve in curves)
        )

    def count(self, model: int) -> int:
        """Return how often a model was trained."""
        return sum(1 for fit in self.records if fit.model == model)

    def _forget(self, gone: _LoggedFit) -> None:
        """Let what goes on from a call that is forgotten have begun where that one did."""
        for heir in self._calls:
            if heir.fit.model == gone.fit.model or heir.fit.start in gone.fit.states:
                heir.start = heir.start or gone.start
                if gone.fit.training.split in ("validation", "mixed"):
                    seen = msgspec.structs.replace(heir.fit.training, split="mixed")
                    heir.fit = msgspec.structs.replace(heir.fit, training=seen)
                break


def _size(arrays: Arrays) -> int:
    return sum(one.nbytes for one in arrays.values())


def _floats(curve: Any) -> tuple[float, ...]:
    with contextlib.suppress(TypeError, ValueError):
        return tuple(float(one) for one in curve)
    return ()


def _within(part: tuple[float | None, ...], whole: tuple[float, ...]) -> bool:
    """Return whether one curve is a part of another one, without a gap."""
    starts = range(len(whole) - len(part) + 1)
    parts = (np.array(whole[at : at + len(part)]) for at in starts)
    return bool(part) and any(
        np.array_equal(one, np.array(part, float), equal_nan=True) for one in parts
    )


def worth_writing(fit: Fit, arrays: Arrays) -> tuple[Fit, Arrays]:
    """Return a call of ``fit`` and its means, only the last epochs where all would be too much.

    The end of a training is judged, and what is written is stored for a whole class.
    """
    means = {
        name: one
        for name in fit.means
        if (one := arrays.get(f"fit-{fit.number}/{name}")) is not None
    }
    size = sum(one[0].nbytes for one in means.values() if len(one))
    limit = max(1, MAX_WRITTEN // size) if size else 0
    if len(fit.snapshots) <= limit or not size:
        return fit, {}
    shorter = {f"fit-{fit.number}/{name}": one[-limit:] for name, one in means.items()}
    return msgspec.structs.replace(fit, snapshots=fit.snapshots[-limit:]), shorter


class ModelCalls:
    """The calls of models for their outputs, equal ones only once."""

    def __init__(self) -> None:
        self._calls: dict[ModelCall, None] = {}

    @property
    def records(self) -> tuple[ModelCall, ...]:
        """The calls, the latest last."""
        return tuple(self._calls)

    def add(self, model: int, fits: int, match: DataMatch) -> ModelCall:
        """Store a call, and return it as it was stored."""
        about = Examples(count=match.count, split=match.split, indices=match.indices)
        call = ModelCall(model=model, fits=fits, about=about)
        if call not in self._calls and len(self._calls) >= MAX_CALLS:
            # Too many to store the images of each: from now on only which set they are from.
            call = ModelCall(model=model, fits=fits, about=Examples(split=match.split))
        self._calls.pop(call, None)
        self._calls[call] = None
        if len(self._calls) > 2 * MAX_CALLS:
            del self._calls[next(iter(self._calls))]
        return call
