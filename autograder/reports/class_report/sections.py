"""The parts of the class page, each with a heading. All student text is escaped."""

from __future__ import annotations

import html
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

from autograder.core.lesson import Lesson
from autograder.core.report import Report, Standing
from autograder.reports import phrases
from autograder.reports.class_report import aggregates, charts, triage
from autograder.reports.html import text

# Makes from a report a link to its page, with the student's name.
Link = Callable[[Report], str]

# The kinds of results of a question, in the order of the bars.
KINDS = {
    "full": "all points",
    "part": "some points",
    "none": "no points",
    "blank": "not attempted",
    "unclear": "a person has to look",
}


def link(report: Report, where: str, name: str = "") -> str:
    """Link to a submission's own page; ``name`` is the student's own, empty where unknown."""
    return f'<a href="{html.escape(where)}">{called(report.name, name)}</a>'


def called(student: str, name: str) -> str:
    """Return a student's own name followed by the id in small, or the id if there is no name."""
    return f"{text(name)} <small>{text(student)}</small>" if name else text(student)


def section(name: str, title: str, body: str) -> str:
    """Return a part of the page that can be linked to."""
    return f'<section id="{name}"><h2>{title}</h2>{body}</section>'


def summary(reports: Sequence[Report], lesson: Lesson) -> str:
    """Return the most important figures."""
    reached = [report.score for report in reports]
    full = sum(bool(one.max_score) and one.score >= one.max_score for one in reports)
    to_review = sum(bool(triage.reasons(report)) for report in reports)
    figures = [
        (len(reports), "submissions"),
        (phrases.number(statistics.fmean(reached)), f"mean, of {phrases.number(lesson.max_score)}"),
        (phrases.number(statistics.median(reached)), "median"),
        (full, "with full marks"),
        (to_review, "need a look"),
    ]
    return (
        '<dl class="figures">'
        + "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for value, label in figures)
        + "</dl>"
    )


def scores(reports: Sequence[Report], lesson: Lesson) -> str:
    """Show the distribution of the scores."""
    bars = aggregates.scores(reports, lesson)
    # So that labels do not run into each other.
    apart = max(1, len(bars.counts) // 11)
    ticks = [
        (number * bars.width, phrases.number(number * bars.width))
        for number in range(0, len(bars.counts), apart)
    ]
    labels = [
        f"{count} with {phrases.number(number * bars.width)}"
        for number, count in enumerate(bars.counts)
        if count
    ]
    chart = charts.histogram(
        bars,
        charts.Axis(ticks=ticks, unit="points", centred=True),
        title=f"Submissions by points: {', '.join(labels)}.",
    )
    return section("scores", "Points", f"<figure>{chart}</figure>")


def accuracies(reports: Sequence[Report]) -> str:
    """Show the distribution of the accuracies, with the threshold and the range of right ones."""
    found = [where for report in reports if (where := aggregates.standing(report))]
    if not found:
        return ""
    usual = Counter((one.bar, one.low, one.high) for one in found).most_common(1)[0][0]
    threshold, low, high = usual
    bars = aggregates.histogram([one.value for one in found], width=0.01, most=1.0)
    under = sum(one.value < one.bar for one in found)
    caption = (
        f"{len(found)} accuracies were measured; {under} {_are(under)} below the bar of"
        f" {phrases.percent(threshold)}."
    )
    if high > low:
        caption += (
            f" Right solutions lie between {phrases.percent(low)} and {phrases.percent(high)},"
            " the outlined part."
        )
    reference = charts.ReferenceLine(threshold=threshold, low=low, high=high, label="the bar")
    chart = charts.histogram(
        bars,
        charts.Axis(ticks=[(part / 10, f"{part * 10}") for part in range(11)], unit="percent"),
        title=f"Submissions by accuracy. {caption}",
        reference=reference,
    )
    return section(
        "accuracies",
        "Accuracy",
        f"<figure>{chart}<figcaption>{caption}{_others(found)}</figcaption></figure>"
        + _near(found, reference),
    )


def _near(found: Sequence[Standing], reference: charts.ReferenceLine) -> str:
    """Show the accuracies near the threshold in more detail: most of a class are usually there."""
    bars = aggregates.near([one.value for one in found], reference.threshold, reference.high)
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
    chart = charts.histogram(
        bars,
        charts.Axis(
            ticks=[(part / 100, f"{part}") for part in range(first, last + 1, apart)],
            unit="percent",
            ends=(
                f"lower: {lower}" if lower else "",
                f"higher: {higher}" if higher else "",
            ),
        ),
        title=f"Accuracies near the bar: {', '.join(labels)}.",
        reference=reference,
    )
    return (
        f"<figure>{chart}<figcaption>Near the bar, in steps of"
        f" {phrases.number(bars.width * 100)} percentage points.</figcaption></figure>"
    )


def _others(found: Sequence[Standing]) -> str:
    """Return a remark if the accuracies have several thresholds, as with two data sets."""
    thresholds = sorted({one.bar for one in found})
    if len(thresholds) == 1:
        return ""
    shown = " and ".join(phrases.percent(one) for one in thresholds)
    return f" Not all were held against the same bar: there are {shown}."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def questions(reports: Sequence[Report], lesson: Lesson) -> str:
    """Show for each question the mean points, the share with all points, and all outcomes."""
    rows = []
    for one in aggregates.answers(reports, lesson):
        parts = [(name, getattr(one, name)) for name in KINDS]
        label = ", ".join(f"{count} {KINDS[name]}" for name, count in parts if count)
        rows.append(
            f'<tr><th scope="row">{text(one.question.title)}</th>'
            f'<td class="number">{phrases.number(one.mean)} of {phrases.number(one.most)}</td>'
            f'<td class="number">{phrases.percent(one.passed)}</td>'
            f'<td class="wide">{charts.stack(parts, label)}'
            f"<small>{label}</small></td></tr>"
        )
    key = "".join(f'<li><i class="{name}"></i>{label}</li>' for name, label in KINDS.items())
    return section(
        "questions",
        "Questions",
        f'<ul class="key" aria-hidden="true">{key}</ul>'
        '<div class="scroll" tabindex="0" role="region" aria-label="Points by question"><table>'
        '<thead><tr><th scope="col">Question</th><th scope="col" class="number">Mean points</th>'
        '<th scope="col" class="number">All points</th><th scope="col">What became of it</th>'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>",
    )


def mistakes(reports: Sequence[Report], lesson: Lesson, who: Link) -> str:
    """Show each mistake, how often it occurs, and one of its messages."""
    rows = []
    titles = {question.name: question.title for question in lesson.questions}
    for one in aggregates.mistakes(reports):
        first = one.reports[0]
        name = f"<code>{text(one.name)}</code>"
        if not one.is_named:
            name += " <small>(a check; the mistake has no name)</small>"
        rows.append(
            f'<tr><th scope="row">{name}</th><td class="number">{len(one.reports)}</td>'
            f"<td>{text(titles.get(one.example.question, one.example.question))}</td>"
            f"<td>{text(one.example.message)} <small>{who(first)}</small></td>"
            f'<td class="act"><button type="button" data-mistake="{html.escape(one.name)}" hidden>'
            f'Show<span class="unseen"> who has {text(one.name)}</span></button></td></tr>'
        )
    if not rows:
        return section("mistakes", "Misconceptions", "<p>Nothing was wrong.</p>")
    return section(
        "mistakes",
        "Misconceptions",
        '<div class="scroll" tabindex="0" role="region" aria-label="Misconceptions"><table>'
        '<thead><tr><th scope="col">Misconception</th>'
        '<th scope="col" class="number">Submissions</th><th scope="col">Question</th>'
        '<th scope="col">What one of them was told</th><td class="act"></td></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>",
    )


def time(reports: Sequence[Report]) -> str:
    """Show how long the runs took, and which limits were met."""
    took = aggregates.seconds(reports)
    limits = Counter(name for report in reports for name in report.limits)
    met = ", ".join(f"{text(name)} ({count})" for name, count in sorted(limits.items()))
    levels = ", ".join(sorted({report.isolation for report in reports}))
    return section(
        "time",
        "Time and limits",
        f"<p>Runs: {took.runs}, {_minutes(took.total)} altogether; the median is"
        f" {took.median:.0f} s and the longest {took.most:.0f} s. Submissions that shared the run"
        f" of another, being the same program: {took.shared}. Limits that were met:"
        f" {met or 'none'}. Isolation: {text(levels)}.</p>",
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
