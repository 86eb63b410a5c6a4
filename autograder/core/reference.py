"""The results of a study: ``reference.json`` in a lesson's folder. Reading it needs no scipy.

``keras.json`` next to it holds runs of real Keras, for comparison.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TypeVar

import msgspec

from autograder.core import decode
from autograder.core.distribution import Distribution
from autograder.core.errors import StudyError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_name
from autograder.core.report import Standing

FILE = "reference.json"
KERAS_FILE = "keras.json"
SCHEMA = 1
CENTRAL = 0.98
# An object or a list that holds no other.
INNERMOST = re.compile(r"[{\[][^{}\[\]]*[}\]]")

T = TypeVar("T")


class RecipeReference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The runs of one recipe on one data set.

    ``below`` of the ``runs`` are below the threshold; the rate of that lies between ``low`` and
    ``high`` with 95 % confidence. ``first`` are the graded numbers of seeds 0, 1, …; ``correct``
    counts for each statistic the runs by the number of images classified correctly. ``key``
    identifies what was run.
    """

    key: str
    right: bool
    runs: int
    below: int
    low: float
    high: float
    first: tuple[int | None, ...]
    correct: dict[str, dict[str, int]]


class DatasetReference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data set: its validation images, the threshold and the range of right solutions.

    ``images`` is their number, ``threshold`` the threshold as a fraction. For every recipe
    that follows the lesson, 98 of 100 runs lie between ``low`` and ``high``.
    """

    images: int
    threshold: float
    low: float
    high: float
    recipes: dict[str, RecipeReference]

    def spread(self, recipe: str, statistic: str) -> Distribution:
        """Return the distribution of a statistic of a recipe."""
        return Distribution.read(self.images, self.recipes[recipe].correct[statistic])


class Reference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All published results of a lesson's study; ``made_by`` names the software."""

    schema: int
    lesson: str
    made_by: str
    window: tuple[float, ...]
    data: dict[str, DatasetReference]


class KerasRuns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Runs of one recipe in real Keras: ``correct`` has a number for each run."""

    images: int
    made_by: str
    correct: dict[str, list[int]]


Keras = dict[str, dict[str, KerasRuns]]
"""By data set and recipe."""


@functools.lru_cache(maxsize=4)
def load_reference(folder: Path) -> Reference:
    """Load the published study from a lesson's folder; a process reads it once.

    Raises:
        StudyError: it cannot be read.
    """
    reference = _read(folder / FILE, Reference)
    if reference.schema != SCHEMA:
        raise StudyError(f"{folder / FILE} has schema {reference.schema}; expected {SCHEMA}.")
    return reference


def standing(lesson: Lesson, data: str, reached: float, note: str) -> Standing:
    """Return where an accuracy stands among the solutions that follow the lesson.

    ``note`` is a sentence for the student on how the number was measured.

    Raises:
        StudyError: the lesson has published no study.
    """
    on = load_reference(lesson.folder).data[data]
    threshold = lesson.thresholds[data]
    return Standing(value=reached, threshold=threshold, low=on.low, high=on.high, note=note)


def load_keras(folder: Path) -> Keras:
    """Load the runs of real Keras from a lesson's folder; empty where there are none.

    Raises:
        StudyError: they cannot be read.
    """
    path = folder / KERAS_FILE
    return _read(path, Keras) if path.is_file() else {}


def _read(path: Path, kind: type[T]) -> T:
    try:
        return decode.from_json(path.read_bytes(), kind)
    except FileNotFoundError:
        cure = f"`autograder study --lesson {lesson_name(path.parent)} --write` makes it"
        raise StudyError(f"{path} is missing: {cure}.") from None
    except msgspec.DecodeError as error:
        raise StudyError(f"{path} cannot be read: {error}.") from None


def document(published: Reference | Keras) -> str:
    """Format as JSON: the same content gives the same bytes, one line for each innermost part."""
    wide = json.dumps(msgspec.to_builtins(published), indent=1, ensure_ascii=False)
    return INNERMOST.sub(lambda part: "".join(part[0].split()), wide) + "\n"
