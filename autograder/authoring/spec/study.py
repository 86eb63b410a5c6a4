"""What a lesson declares of its study: recipes, what is measured, the desired threshold.

Each lesson that has one declares it as ``STUDY`` in its module ``study``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from autograder.authoring.spec.numpy_training import ENGINE, Trained
from autograder.authoring.spec.recipe import Recipe
from autograder.core.errors import UsageError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_module
from autograder.core.snapshot_schedule import IMAGES_PER_SNAPSHOT
from autograder.datasets import Images

MARKED = "marked"
"""The name of the number that the judge compares with the threshold."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """A lesson's study. ``check`` compares with the threshold, as in ``train.accuracy``.

    ``measure`` gives numbers of one training, shares of validation images classified right
    (``nan`` where weights are no longer numbers), by the names in ``statistics``, which says each
    in words. One is ``MARKED``; ``compared`` ones are compared with real Keras. ``window`` says how
    much each of five equally long epochs weighs in the weights that are marked, as the judge's own
    code has it. ``wish`` is the threshold that the course would like.
    """

    lesson: str
    check: str
    recipes: tuple[Recipe, ...]
    measure: Callable[[Trained, Images], Mapping[str, float]]
    statistics: Mapping[str, str]
    compared: tuple[str, ...]
    window: tuple[float, ...]
    wish: float

    @property
    def written(self) -> tuple[Recipe, ...]:
        """The recipes that are the lesson as it is written: the first, and others that say so."""
        return tuple(one for one in self.recipes if one.written or one is self.recipes[0])

    def recipe(self, name: str) -> Recipe:
        """Return the recipe with this name.

        Raises:
            UsageError: there is no such recipe.
        """
        for recipe in self.recipes:
            if recipe.name == name:
                return recipe
        names = ", ".join(recipe.name for recipe in self.recipes)
        raise UsageError(f"There is no recipe “{name}”. There are: {names}.")

    def key(self, recipe: Recipe) -> str:
        """Return a digest of all that a run of a recipe depends on, besides data and seed."""
        depends = [ENGINE, IMAGES_PER_SNAPSHOT, self.window, sorted(self.statistics)]
        whole = json.dumps([asdict(recipe.training), *depends])
        return hashlib.sha256(whole.encode()).hexdigest()[:12]


def has_study(lesson: Lesson) -> bool:
    """Return whether a lesson declares a study."""
    return lesson_module(lesson, "calibration") is not None


def load_study(lesson: Lesson) -> Study:
    """Load the study of a lesson.

    Raises:
        UsageError: the lesson has none.
    """
    module = lesson_module(lesson, "calibration")
    if module is None:
        raise UsageError(
            f"“{lesson.title}” declares no study (`calibration.py` in {lesson.folder})."
        )
    study: Study = module.STUDY
    return study
