"""Makes what is published from runs, and checks that it agrees with what the lesson declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from autograder.authoring.calibration.run_log import CalibrationRun, RunLog
from autograder.authoring.calibration.statistics import rate
from autograder.authoring.calibration.threshold import choose_threshold
from autograder.authoring.spec.recipe import Recipe
from autograder.authoring.spec.study import MARKED, Study
from autograder.core.distribution import Distribution
from autograder.core.errors import StudyError
from autograder.core.lesson import Lesson
from autograder.core.reference import CENTRAL, SCHEMA, DatasetReference, RecipeReference, Reference

FIRST_RUNS = 3
MIN_RUNS = 2


def published(study: Study, runs: RunLog, names: Sequence[str]) -> Reference:
    """Return what the runs show of these datasets.

    Raises:
        StudyError: a recipe was not run at all, or no threshold is fair.
    """
    return Reference(
        schema=SCHEMA,
        lesson=study.lesson,
        made_by=f"numpy {np.__version__}",
        window=study.window,
        data={name: _on_data(study, runs, name) for name in names},
    )


def _on_data(study: Study, runs: RunLog, data: str) -> DatasetReference:
    made = {one.name: runs.of(study.key(one), one.name, data) for one in study.recipes}
    if short := [name for name, found in made.items() if len(found) < MIN_RUNS]:
        raise StudyError(f"Too few runs on the {data} data to publish: {', '.join(short)}.")
    images = next(iter(made.values()))[0].images
    recipes = {one.name: _unmarked(study, one, made[one.name]) for one in study.recipes}
    return _decided(
        study, DatasetReference(images=images, threshold=0, low=0, high=0, recipes=recipes)
    )


def _unmarked(study: Study, recipe: Recipe, runs: Sequence[CalibrationRun]) -> RecipeReference:
    return RecipeReference(
        key=study.key(recipe),
        right=recipe.right,
        runs=len(runs),
        below=0,
        low=0,
        high=0,
        first=tuple(run.correct[MARKED] for run in runs[:FIRST_RUNS]),
        correct={
            name: Distribution.of(runs[0].images, (run.correct[name] for run in runs)).stored()
            for name in _published_statistics(study, recipe)
        },
    )


def _published_statistics(study: Study, recipe: Recipe) -> Iterable[str]:
    """Return the statistics to keep: of most recipes only the marked one, for a small file."""
    if recipe is study.recipes[0]:
        return study.statistics
    return study.compared if recipe in study.written else (MARKED,)


def _decided(study: Study, on: DatasetReference) -> DatasetReference:
    """Return ``on`` with all that follows from its runs: threshold, rates, where they land."""
    spreads = {name: on.spread(name, MARKED) for name in on.recipes}
    right = {name: spreads[name] for name, one in on.recipes.items() if one.right}
    threshold = choose_threshold(right, study.wish)
    written = [spreads[one.name].central(CENTRAL) for one in study.written]
    return replace(
        on,
        threshold=threshold,
        low=min(low for low, _ in written),
        high=max(high for _, high in written),
        recipes={
            name: replace(one, below=below, low=found.low, high=found.high)
            for name, one in on.recipes.items()
            for below in (spreads[name].below(threshold),)
            for found in (rate(below, spreads[name].runs),)
        },
    )


def disagreements(study: Study, lesson: Lesson, reference: Reference) -> Iterator[str]:
    """Yield what no longer agrees: declarations, runs, decisions, the lesson's thresholds."""
    if reference.window != study.window:
        yield f"the judge now weighs five epochs {study.window}; studied was {reference.window}"
    fair = {name: on.threshold for name, on in reference.data.items()}
    if dict(lesson.thresholds) != fair:
        yield (
            f"the lesson's thresholds are {dict(lesson.thresholds)}; those of the study are {fair}"
        )
    for name, on in reference.data.items():
        yield from (f"{name}: {what}" for what in _of_data(study, on))


def _of_data(study: Study, on: DatasetReference) -> Iterator[str]:
    if list(on.recipes) != [one.name for one in study.recipes]:
        yield "the recipes are not those that the lesson declares"
        return
    for recipe in study.recipes:
        one = on.recipes[recipe.name]
        if one.key != study.key(recipe):
            yield f"{recipe.name}: it means something else now than when it was run"
        if one.right != recipe.right:
            yield f"{recipe.name}: right or wrong, the lesson says otherwise"
        if any(on.spread(recipe.name, name).runs != one.runs for name in one.correct):
            yield f"{recipe.name}: its numbers are not those of {one.runs} runs"
    if _decided(study, on) != on:
        yield (
            "the threshold, the rates or the range of right solutions do not follow from the runs"
        )
