"""What is published, as tables for a page in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from autograder.study.bar import are_enough
from autograder.study.declared import MARKED, Study
from autograder.study.distribution import Distribution
from autograder.study.rates import likeness, rate
from autograder.study.recipe import Recipe
from autograder.study.reference import OfKeras, OnData, Reference
from autograder.study.runs import Runs

HEADS = ("Recipe", "Runs", "Mean", "sd", "Below", "95 % interval")
NAMES = {"full": "full data", "sample": "sample"}


def tables(study: Study, reference: Reference, keras: Mapping[str, OfKeras]) -> dict[str, str]:
    """All tables, by the name of their place in the page."""
    made = {"promise": promise(study, reference), "ways": ways(study, reference)}
    for name, on in reference.data.items():
        made[f"right {name}"] = right(study, on)
        made[f"wrong {name}"] = wrong(study, on)
    return {**made, "keras": compared(study, reference, keras)}


def summary(
    study: Study, runs: Runs, data: str, bar: float, *, right: bool
) -> Iterator[tuple[str, ...]]:
    """For a terminal: what the runs made so far show, a row for each recipe that has some."""
    for recipe in (one for one in study.recipes if one.right is right):
        made = runs.of(study.key(recipe), recipe.name, data)
        if not made:
            continue
        spread = Distribution.of(made[0].cards, (run.correct[MARKED] for run in made))
        found = rate(spread.below(bar), spread.runs)
        yield (
            recipe.name,
            f"{spread.runs:,}",
            percent(spread.mean) if spread.counts else "–",
            percent(spread.sd) if len(spread.values) > 1 else "–",
            f"{found.count:,}",
            interval(found.low, found.high),
        )


def promise(study: Study, reference: Reference) -> str:
    """Of each data set the bar, and how often the lesson as it is written fails."""
    lesson = study.recipes[0].name
    rows = []
    for name, on in reference.data.items():
        one, spread = on.recipes[lesson], on.spread(lesson, MARKED)
        rows.append(
            (
                NAMES.get(name, name),
                f"{on.bar:.0%}".replace("%", " %"),
                f"{one.below} of {one.runs:,}",
                interval(one.low, one.high),
                f"{percent(spread.mean)} (sd {percent(spread.sd)})",
                f"{percent(on.low)} to {percent(on.high)}",
                f"{spread.above(on.bar):.1f} sd below the mean",
            )
        )
    heads = ("data", "bar", "right runs failed", "error rate, 95 % interval", "mean")
    return table((*heads, "98 of 100 land in", "the bar lies"), rows, "lrrrrrr")


def right(study: Study, on: OnData) -> str:
    """Right recipes: how often each is failed."""
    rows = [(*_spread(on, one), *_failed(on, one)) for one in study.recipes if one.right]
    heads = ("right recipe", "runs", "mean", "sd", "lowest", "failed", "95 % interval")
    return table((*heads, "shown by"), rows, "lrrrrrrl")


def wrong(study: Study, on: OnData) -> str:
    """Wrong recipes: how often the accuracy alone would let each pass, and what else tells it."""
    rows = [(*_spread(on, one), *_passed(on, one)) for one in study.recipes if not one.right]
    heads = ("wrong recipe", "runs", "mean", "sd", "lowest", "above the bar", "95 % interval")
    return table((*heads, "told by"), rows, "lrrrrrrl")


def _spread(on: OnData, recipe: Recipe) -> tuple[str, ...]:
    spread = on.spread(recipe.name, MARKED)
    lowest = "–" if spread.lost else percent(float(spread.values[0]))
    return (
        recipe.title,
        f"{spread.runs:,}",
        percent(spread.mean),
        percent(spread.sd),
        lowest,
    )


def _failed(on: OnData, recipe: Recipe) -> tuple[str, ...]:
    one, spread = on.recipes[recipe.name], on.spread(recipe.name, MARKED)
    shown = (
        "the interval"
        if are_enough(one.runs)
        else f"the bar's distance: {spread.above(on.bar):.1f} sd"
    )
    return (str(one.below), interval(one.low, one.high), shown)


def _passed(on: OnData, recipe: Recipe) -> tuple[str, ...]:
    one = on.recipes[recipe.name]
    return (
        str(one.runs - one.below),
        interval(1 - one.high, 1 - one.low),
        f"`{recipe.told_by}`: {recipe.misconception}",
    )


def ways(study: Study, reference: Reference) -> str:
    """Other numbers that could be marked: how the lesson as it is written would fare."""
    lesson = study.recipes[0].name
    rows = []
    for name, on in reference.data.items():
        for statistic, words in study.statistics.items():
            spread = on.spread(lesson, statistic)
            found = rate(spread.below(on.bar), spread.runs)
            rows.append(
                (
                    NAMES.get(name, name),
                    f"**{words}**" if statistic == MARKED else words,
                    percent(spread.mean),
                    percent(spread.sd),
                    f"{on.bar * 100:.0f} %",
                    f"{found.count:,} of {found.runs:,}",
                    interval(found.low, found.high),
                )
            )
    heads = ("data", "what would be marked", "mean", "sd", "bar", "right runs failed")
    return table((*heads, "95 % interval"), rows, "llrrrrr")


def compared(study: Study, reference: Reference, keras: Mapping[str, OfKeras]) -> str:
    """The study's runs of the lesson against those of real Keras."""
    lesson = study.recipes[0].name
    rows = []
    for name, theirs in keras.items():
        for statistic, correct in theirs.correct.items():
            ours = reference.data[name].spread(lesson, statistic)
            values = [one / theirs.cards for one in correct]
            mean = sum(values) / len(values)
            sd = (sum((one - mean) ** 2 for one in values) / (len(values) - 1)) ** 0.5
            rows.append(
                (
                    NAMES.get(name, name),
                    study.statistics[statistic],
                    f"{percent(ours.mean)} (sd {percent(ours.sd)}), {ours.runs:,}",
                    f"{percent(mean)} (sd {percent(sd)}), {len(values):,}",
                    f"{likeness(ours.values.tolist(), values):.2f}",
                )
            )
    heads = (
        "data",
        "statistic",
        "study: mean, runs",
        "Keras: mean, runs",
        "p (Kolmogorov–Smirnov)",
    )
    return table(heads, rows, "llrrr")


def percent(part: float) -> str:
    """``83.14 %``."""
    return f"{part * 100:.2f} %"


def interval(low: float, high: float) -> str:
    """``0 to 0.0922 %``."""
    return f"{low * 100:.3g} to {high * 100:.3g} %"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> str:
    """A table in Markdown; ``sides`` has l or r for each column."""
    rule = ["---:" if side == "r" else "---" for side in sides]
    lines = (heads, rule, *rows)
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
