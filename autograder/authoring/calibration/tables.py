"""What is published, as tables for a page in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.authoring.calibration.run_log import RunLog
from autograder.authoring.calibration.statistics import likeness, rate
from autograder.authoring.calibration.threshold import are_enough
from autograder.authoring.spec.recipe import Recipe
from autograder.authoring.spec.study import MARKED, Study
from autograder.core.distribution import Distribution
from autograder.core.reference import DatasetReference, Keras, KerasRuns, Reference

HEADS = ("Recipe", "Runs", "Mean", "sd", "Below", "95 % interval")
NAMES = {"full": "full data", "sample": "sample"}


def tables(study: Study, reference: Reference, keras: Keras) -> dict[str, str]:
    """Return all tables, by the name of their place in the page; that of Keras where it was run."""
    made = {"promise": promise(study, reference), "ways": ways(study, reference)}
    for name, on in reference.data.items():
        made[f"right {name}"] = right(study, on)
        made[f"wrong {name}"] = wrong(study, on)
    return made | ({"keras": compared(study, reference, keras)} if keras else {})


def summary(
    study: Study, runs: RunLog, data: str, threshold: float, *, right: bool
) -> Iterator[tuple[str, ...]]:
    """Yield a row for a terminal for each recipe with runs so far."""
    for recipe in (one for one in study.recipes if one.right is right):
        made = runs.of(study.key(recipe), recipe.name, data)
        if not made:
            continue
        spread = Distribution.of(made[0].images, (run.correct[MARKED] for run in made))
        found = rate(spread.below(threshold), spread.runs)
        yield (
            recipe.name,
            f"{spread.runs:,}",
            percent(spread.mean) if spread.counts else "–",
            percent(spread.sd) if len(spread.values) > 1 else "–",
            f"{found.count:,}",
            interval(found.low, found.high),
        )


def promise(study: Study, reference: Reference) -> str:
    """Return the threshold of each dataset, and how often the lesson as written fails."""
    rows = []
    for name, on in reference.data.items():
        for recipe in study.written:
            one, spread = on.recipes[recipe.name], on.spread(recipe.name, MARKED)
            rows.append(
                (
                    NAMES.get(name, name),
                    recipe.title,
                    f"{on.threshold * 100:.0f} %",
                    f"{one.below} of {one.runs:,}",
                    f"{rate(one.below, one.runs).upper_limit * 100:.3g} %",
                    interval(one.low, one.high),
                    f"{percent(spread.mean)} (sd {percent(spread.sd)})",
                    f"{spread.above(on.threshold):.1f} sd",
                )
            )
    heads = (
        "data",
        "recipe",
        "threshold",
        "right runs failed",
        "error rate at most",
        "95 % interval",
    )
    return table((*heads, "mean", "above the threshold"), rows, "llrrrrrr")


def right(study: Study, on: DatasetReference) -> str:
    """Return the table of right recipes: how often each fails."""
    rows = [(*_spread(on, one), *_failed(on, one)) for one in study.recipes if one.right]
    heads = ("right recipe", "runs", "mean", "sd", "lowest", "failed", "95 % interval")
    return table((*heads, "shown by"), rows, "lrrrrrrl")


def wrong(study: Study, on: DatasetReference) -> str:
    """Return the table of wrong recipes: how often accuracy passes each, and what detects it."""
    rows = [(*_spread(on, one), *_passed(on, one)) for one in study.recipes if not one.right]
    heads = ("wrong recipe", "runs", "mean", "sd", "lowest", "above the threshold", "95 % interval")
    return table((*heads, "told by"), rows, "lrrrrrrl")


def _spread(on: DatasetReference, recipe: Recipe) -> tuple[str, ...]:
    spread = on.spread(recipe.name, MARKED)
    lowest = "–" if spread.lost else percent(float(spread.values[0]))
    return (
        recipe.title,
        f"{spread.runs:,}",
        percent(spread.mean),
        percent(spread.sd),
        lowest,
    )


def _failed(on: DatasetReference, recipe: Recipe) -> tuple[str, ...]:
    one, spread = on.recipes[recipe.name], on.spread(recipe.name, MARKED)
    shown = (
        "enough runs"
        if are_enough(one.runs)
        else f"distance to the threshold: {spread.above(on.threshold):.1f} sd"
    )
    return (str(one.below), interval(one.low, one.high), shown)


def _passed(on: DatasetReference, recipe: Recipe) -> tuple[str, ...]:
    one = on.recipes[recipe.name]
    return (
        str(one.runs - one.below),
        interval(1 - one.high, 1 - one.low),
        f"`{recipe.detected_by}`: {recipe.misconception}",
    )


def ways(study: Study, reference: Reference) -> str:
    """Return the table of other numbers that could be marked, for the lesson as written."""
    lesson = study.recipes[0].name
    rows = []
    for name, on in reference.data.items():
        for statistic, words in study.statistics.items():
            spread = on.spread(lesson, statistic)
            found = rate(spread.below(on.threshold), spread.runs)
            rows.append(
                (
                    NAMES.get(name, name),
                    f"**{words}**" if statistic == MARKED else words,
                    percent(spread.mean),
                    percent(spread.sd),
                    f"{on.threshold * 100:.0f} %",
                    f"{found.count:,} of {found.runs:,}",
                    interval(found.low, found.high),
                )
            )
    heads = ("data", "what would be marked", "mean", "sd", "threshold", "right runs failed")
    return table((*heads, "95 % interval"), rows, "llrrrrr")


def compared(study: Study, reference: Reference, keras: Keras) -> str:
    """Return the table of the study's runs against those of real Keras."""
    rows = [
        (
            NAMES.get(name, name),
            *_compared(study, reference.data[name], recipe, statistic, keras_runs),
        )
        for name, by_recipe in keras.items()
        for recipe, keras_runs in by_recipe.items()
        for statistic in study.compared
    ]
    heads = ("data", "recipe", "statistic", "study: mean, runs", "Keras: mean, runs", "p")
    return table(heads, rows, "lllrrr")


def _compared(
    study: Study, on: DatasetReference, recipe: str, statistic: str, keras: KerasRuns
) -> tuple[str, ...]:
    study_runs = on.spread(recipe, statistic)
    keras_runs = Distribution.of(keras.images, keras.correct[statistic])
    return (
        study.recipe(recipe).title,
        study.statistics[statistic],
        *(
            f"{percent(one.mean)} (sd {percent(one.sd)}), {one.runs:,}"
            for one in (study_runs, keras_runs)
        ),
        f"{likeness(study_runs.values.tolist(), keras_runs.values.tolist()):.2g}",
    )


def percent(part: float) -> str:
    """Format a share as ``83.14 %``."""
    return f"{part * 100:.2f} %"


def interval(low: float, high: float) -> str:
    """Format an interval as ``0 to 0.0922 %``."""
    return f"{low * 100:.3g} to {high * 100:.3g} %"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> str:
    """Return a table in Markdown; ``sides`` has l or r for each column."""
    rule = ["---:" if side == "r" else "---" for side in sides]
    lines = (heads, rule, *rows)
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
