"""What is kept of many calls, so that it can always be written down and read again."""

from __future__ import annotations

import weakref
from typing import Any

import msgspec

from autograder.core.evidence import Examples, Fit, ModelCall
from autograder.kernel.recorder.data_matching import DataMatch
from autograder.kernel.recorder.model_description import Arrays

MAX_FITS = 500
# Older ones are told without their arrays; the newer ones are what is judged.
MAX_FITS_WITH_ARRAYS = 100
MAX_QUESTIONS = 200
# Bytes of the means of one call; of a single layer of neurons fifty epochs take less.
MAX_WRITTEN = 2 * 2**20


class Fits:
    """The calls of ``fit``, in order."""

    def __init__(self) -> None:
        self.told: list[Fit] = []
        self._arrays: dict[int, Arrays] = {}
        self._histories: list[tuple[weakref.ref[Any], int]] = []

    @property
    def next_number(self) -> int:
        """The number of the next call."""
        return self.told[-1].number + 1 if self.told else 0

    @property
    def arrays(self) -> Arrays:
        """Their arrays, the oldest first."""
        return {name: one for arrays in self._arrays.values() for name, one in arrays.items()}

    def add(self, fit: Fit, arrays: Arrays, history: object) -> None:
        """Keep a call, and remember which history it returned."""
        self.told = [*self.told, fit][-MAX_FITS:]
        self._arrays[fit.number] = arrays
        if len(self._arrays) > MAX_FITS_WITH_ARRAYS:
            self._forget_arrays(next(iter(self._arrays)))
        if history is not None:
            self._histories.append((weakref.ref(history), fit.number))

    def of(self, history: object) -> Fit | None:
        """The call that returned this history, or a history with this dict."""
        for known, number in self._histories:
            one = known()
            if one is not None and (one is history or one.history is history):
                return next((fit for fit in self.told if fit.number == number), None)
        return None

    def count(self, model: int) -> int:
        """How often a model was trained."""
        return sum(1 for fit in self.told if fit.model == model)

    def _forget_arrays(self, number: int) -> None:
        del self._arrays[number]
        for place, fit in enumerate(self.told):
            if fit.number == number:
                bare = {
                    name: msgspec.structs.replace(cards, scale=None, shift=None)
                    for name in ("training", "validation")
                    if (cards := getattr(fit, name))
                }
                self.told[place] = msgspec.structs.replace(fit, means=(), snapshots=(), **bare)


def worth_writing(fit: Fit, arrays: Arrays) -> tuple[Fit, Arrays]:
    """A call of ``fit`` and its means, those of its last epochs where all would be too much.

    What is judged is the end of a training, and what is written is kept for a whole class.
    """
    means = {
        name: one
        for name in fit.means
        if (one := arrays.get(f"fit-{fit.number}/{name}")) is not None
    }
    size = sum(one[0].nbytes for one in means.values() if len(one))
    most = max(1, MAX_WRITTEN // size) if size else 0
    if len(fit.snapshots) <= most or not size:
        return fit, {}
    shorter = {f"fit-{fit.number}/{name}": one[-most:] for name, one in means.items()}
    return msgspec.structs.replace(fit, snapshots=fit.snapshots[-most:]), shorter


class Questions:
    """The times that models were asked for their outputs, the same one only once."""

    def __init__(self) -> None:
        self._asked: dict[ModelCall, None] = {}

    @property
    def told(self) -> tuple[ModelCall, ...]:
        """Them, the latest last."""
        return tuple(self._asked)

    def add(self, model: int, fits: int, told: DataMatch) -> None:
        """Keep a question."""
        about = Examples(count=told.count, cards=told.cards, places=told.places)
        asked = ModelCall(model=model, fits=fits, about=about)
        if asked not in self._asked and len(self._asked) >= MAX_QUESTIONS:
            # Too many to keep the cards of each: from now on only which set they are of.
            asked = ModelCall(model=model, fits=fits, about=Examples(cards=told.cards))
        self._asked.pop(asked, None)
        self._asked[asked] = None
        if len(self._asked) > 2 * MAX_QUESTIONS:
            del self._asked[next(iter(self._asked))]
