"""The bar charts of the class page: what they show. ``charts.html`` draws them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.lesson import Lesson
from autograder.core.report import Report, Standing
from autograder.reports import phrases
from autograder.reports.class_report import aggregates


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A histogram with its scale; ``title`` says in words what it shows.

    ``ticks`` are values and their labels, in ``unit``. ``centred`` bars stand for one value each,
    others for a range. ``lower`` and ``higher`` are the first and the last count, where they also
    count the values outside. ``reference`` has the threshold and the range of right solutions.
    """

    title: str
    bars: aggregates.Histogram
    ticks: Sequence[tuple[float, str]]
    unit: str
    centred: bool = False
    lower: int = 0
    higher: int = 0
    reference: Standing | None = None


def scores(reports: Sequence[Report], lesson: Lesson) -> Chart:
    """Return the distribution of the scores."""
    bars = aggregates.scores(reports, lesson)
    # So that labels do not run into each other.
    apart = max(1, len(bars.counts) // 11)
    labels = [phrases.number(number * bars.width) for number in range(len(bars.counts))]
    labelled = [
        f"{count} with {label}" for count, label in zip(bars.counts, labels, strict=True) if count
    ]
    return Chart(
        title=f"Submissions by points: {', '.join(labelled)}.",
        bars=bars,
        ticks=[(number * bars.width, label) for number, label in enumerate(labels)][::apart],
        unit="points",
        centred=True,
    )


def accuracies(reports: Sequence[Report]) -> list[tuple[Chart, str]]:
    """Return the distribution of the accuracies, all and those near the threshold, with captions.

    Most of a class are usually near the threshold. Nothing where none was measured.
    """
    found = [where for report in reports if (where := aggregates.standing(report))]
    if not found:
        return []
    values = [one.value for one in found]
    usual = Counter((one.threshold, one.low, one.high) for one in found).most_common(1)[0][0]
    threshold, low, high = usual
    reference = Standing(value=threshold, threshold=threshold, low=low, high=high)
    under = sum(one.value < one.threshold for one in found)
    caption = (
        f"{len(found)} {'accuracy was' if len(found) == 1 else 'accuracies were'} measured;"
        f" {under} {'is' if under == 1 else 'are'} below the threshold of"
        f" {phrases.percent(threshold)}."
    )
    if high > low:
        caption += (
            f" Right solutions lie between {phrases.percent(low)} and {phrases.percent(high)},"
            " the outlined part."
        )
    everything = Chart(
        title=f"Submissions by accuracy. {caption}",
        bars=aggregates.histogram(values, width=0.01, maximum=1.0),
        ticks=[(part / 10, f"{part * 10}") for part in range(11)],
        unit="percent",
        reference=reference,
    )
    detail = _near(values, reference)
    steps = f"{phrases.number(detail.bars.width * 100)} percentage points"
    return [
        (everything, f"{caption}{_others(found)}"),
        (detail, f"Near the threshold, in steps of {steps}."),
    ]


def _near(values: Sequence[float], reference: Standing) -> Chart:
    bars = aggregates.near(values, reference.threshold, reference.high)
    lower, *within, higher = bars.counts
    starts = [bars.start + number * bars.width for number in range(1, len(bars.counts))]
    labels = [
        *([f"{lower} lower"] if lower else []),
        *(
            f"{count} from {phrases.number(start * 100)} %"
            for start, count in zip(starts, within, strict=False)
            if count
        ),
        *([f"{higher} higher"] if higher else []),
    ]
    first, last = math.ceil(starts[0] * 100 - 1e-9), math.floor(starts[-1] * 100 + 1e-9)
    apart = max(1, (last - first) // 11)
    return Chart(
        title=f"Accuracies near the threshold: {', '.join(labels)}.",
        bars=bars,
        ticks=[(part / 100, f"{part}") for part in range(first, last + 1, apart)],
        unit="percent",
        lower=lower,
        higher=higher,
        reference=reference,
    )


def _others(found: Sequence[Standing]) -> str:
    """Return a remark if the accuracies have several thresholds, as with two data sets."""
    thresholds = sorted({one.threshold for one in found})
    if len(thresholds) == 1:
        return ""
    shown = " and ".join(phrases.percent(one) for one in thresholds)
    return f" Not all have the same threshold: there are {shown}."
