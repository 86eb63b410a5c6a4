"""Aggregates of the reports of a class: scores, accuracies, mistakes, time."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Outcome, Report, Standing

# Of a histogram; longer scales have wider bars.
MAX_BARS = 25
# Around the threshold: the width of a bar (a fraction), the number of bars below the threshold, and
# how far the chart goes beyond the best right solutions (a fraction).
NARROW, BELOW, BEYOND = 0.0025, 20, 0.02


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """The number of values in each of several ranges of equal ``width``, from ``start`` on.

    Values are in the unit of ``width``. The last range also counts the values above it and, where
    ``start`` is not 0, the first those below it.
    """

    counts: tuple[int, ...]
    width: float
    start: float = 0.0

    @property
    def total(self) -> int:
        """The number of values."""
        return sum(self.counts)


def histogram(values: Sequence[float], *, width: float, maximum: float) -> Histogram:
    """Count values in ranges from 0 to ``maximum``; from there on all share one range."""
    counts = [0] * (math.ceil(maximum / width - 1e-9) + 1)
    for value in values:
        counts[min(max(math.floor(value / width + 1e-9), 0), len(counts) - 1)] += 1
    return Histogram(counts=tuple(counts), width=width)


def near(values: Sequence[float], threshold: float, high: float) -> Histogram:
    """Count accuracies in narrow ranges from below the threshold to above all right solutions.

    The first range also counts all that is lower, the last all that is higher. Two ranges meet at
    the threshold, so that no range has accuracies on both sides of it.
    """
    below = min(BELOW, math.floor(threshold / NARROW + 1e-9))
    above = math.ceil((min(high + BEYOND, 1.0) - threshold) / NARROW - 1e-9)
    counts = [0] * (below + above + 2)
    for value in values:
        index = math.floor((value - threshold) / NARROW + 1e-9) + below + 1
        counts[min(max(index, 0), len(counts) - 1)] += 1
    return Histogram(counts=tuple(counts), width=NARROW, start=threshold - (below + 1) * NARROW)


def scores(reports: Sequence[Report], lesson: Lesson) -> Histogram:
    """Count the submissions by score; for a lesson with many points a bar covers several."""
    width = max(1, math.ceil(lesson.max_score / MAX_BARS))
    # If a question could not be graded, the score is scaled up from the others.
    reached = [
        report.score / report.max_score * lesson.max_score if report.max_score else 0.0
        for report in reports
    ]
    return histogram(reached, width=width, maximum=lesson.max_score)


def standing(report: Report) -> Standing | None:
    """Return where the accuracy of a submission stands, ``None`` where it was not measured.

    If no check reported the range of right solutions, ``low`` and ``high`` are the threshold.
    """
    reported = next((check.standing for check in report.checks if check.standing), None)
    value, threshold = (report.measures.get(name) for name in ("accuracy", "threshold"))
    if reported or value is None or threshold is None:
        return reported
    return Standing(value=value, threshold=threshold, low=threshold, high=threshold)


@dataclass(frozen=True, kw_only=True)
class QuestionOutcomes:
    """The results of a class in one question, among submissions that could be graded.

    ``mean`` is in points; the others are numbers of submissions: with all points, some or none,
    with a blank left blank, and undecided.
    """

    question: Question
    mean: float
    full: int
    part: int
    none: int
    blank: int
    unclear: int

    @property
    def total(self) -> int:
        """The number of submissions in which the question was graded."""
        return self.full + self.part + self.none + self.blank + self.unclear

    @property
    def passed(self) -> float:
        """The share that has all points, between 0 and 1."""
        return self.full / self.total if self.total else 0.0


def kind(results: Sequence[CheckResult]) -> str:
    """Classify a question's results: ``full``, ``part``, ``none``, ``blank``, ``unclear``, ``out``.

    ``out`` means that it could not be graded on that machine, or was not graded at all.
    """
    earned, max_points = sum(one.points for one in results), sum(one.max_points for one in results)
    outcomes = {one.outcome for one in results}
    if not max_points:
        return "out"
    if Outcome.ERROR in outcomes:
        return "unclear"
    if earned >= max_points - 1e-9:
        return "full"
    if earned > 0:
        return "part"
    return "blank" if Outcome.NOT_ATTEMPTED in outcomes else "none"


def answers(reports: Sequence[Report], lesson: Lesson) -> list[QuestionOutcomes]:
    """Return the results of the class in each question, in the order of the lesson."""
    found = []
    for question in lesson.questions:
        marked = [report.of(question.name) for report in reports]
        kinds = Counter(kind(results) for results in marked)
        shares = [
            sum(one.points for one in results) / sum(one.max_points for one in results)
            for results in marked
            if kind(results) != "out"
        ]
        mean = statistics.fmean(shares) * question.points if shares else 0.0
        numbers = {name: kinds[name] for name in ("full", "part", "none", "blank", "unclear")}
        found.append(QuestionOutcomes(question=question, mean=mean, **numbers))
    return found


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A misconception and who has it; a check that names no misconception gives its own name."""

    name: str
    reports: tuple[Report, ...]
    example: CheckResult

    @property
    def is_named(self) -> bool:
        """Whether it is a misconception."""
        return self.example.misconception is not None


def mistakes(reports: Sequence[Report]) -> list[Mistake]:
    """Return the mistakes of the class, most frequent first; each counts once per submission."""
    found: dict[str, dict[int, Report]] = {}
    examples: dict[str, CheckResult] = {}
    for number, report in enumerate(reports):
        for check in report.checks:
            if check.outcome is Outcome.FAILED:
                name = mistake_name(check)
                found.setdefault(name, {})[number] = report
                examples.setdefault(name, check)
    made = [
        Mistake(name=name, reports=tuple(who.values()), example=examples[name])
        for name, who in found.items()
    ]
    return sorted(made, key=lambda one: (-len(one.reports), one.name))


def mistake_name(check: CheckResult) -> str:
    """Return the misconception that a failed check names, else the check's own name."""
    return check.misconception or check.id


@dataclass(frozen=True, kw_only=True)
class Seconds:
    """The durations of the runs, in seconds; a run shared by several submissions counts once."""

    runs: int
    shared: int
    followed: int
    total: float
    median: float
    longest: float


def seconds(reports: Sequence[Report]) -> Seconds:
    """Return the durations of a class's runs."""
    own = [one.seconds for one in reports if not one.shared and one.status == "graded"]
    return Seconds(
        runs=len(own),
        shared=sum(one.shared for one in reports),
        followed=sum(bool(one.followed) for one in reports),
        total=sum(own),
        median=statistics.median(own) if own else 0.0,
        longest=max(own, default=0.0),
    )
