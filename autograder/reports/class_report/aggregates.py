"""What can be counted in the reports of a class: scores, accuracies, mistakes, time."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Outcome, Report, Standing

# So many bars at most; wider scales have wider bars.
MAX_BARS = 25
# Around the bar, as fractions: how wide a bar is drawn, how many stand below it, and how far the
# picture goes beyond the best of right solutions.
NARROW, BELOW, BEYOND = 0.0025, 20, 0.02


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """How many values lie in each of many ranges of equal ``width``, the first from ``start`` on.

    Values are in the unit of ``width``. The last range also holds what is above it, and where
    ``start`` is not 0 the first what is below it.
    """

    counts: tuple[int, ...]
    width: float
    start: float = 0.0

    @property
    def total(self) -> int:
        """How many values there are."""
        return sum(self.counts)


def histogram(values: Sequence[float], *, width: float, most: float) -> Histogram:
    """Count values in ranges from 0 to ``most``; what reaches ``most`` has a range of its own."""
    counts = [0] * (math.ceil(most / width - 1e-9) + 1)
    for value in values:
        counts[min(max(math.floor(value / width + 1e-9), 0), len(counts) - 1)] += 1
    return Histogram(counts=tuple(counts), width=width)


def near(values: Sequence[float], bar: float, high: float) -> Histogram:
    """Count accuracies in narrow ranges from below the bar to above all right solutions.

    The first and the last hold all that is lower, and all that is higher. Two ranges meet at the
    bar, so that none holds some that reach it and some that do not.
    """
    below = min(BELOW, math.floor(bar / NARROW + 1e-9))
    above = math.ceil((min(high + BEYOND, 1.0) - bar) / NARROW - 1e-9)
    counts = [0] * (below + above + 2)
    for value in values:
        place = math.floor((value - bar) / NARROW + 1e-9) + below + 1
        counts[min(max(place, 0), len(counts) - 1)] += 1
    return Histogram(counts=tuple(counts), width=NARROW, start=bar - (below + 1) * NARROW)


def scores(reports: Sequence[Report], lesson: Lesson) -> Histogram:
    """How often each score was reached; of many points several share a bar."""
    width = max(1, math.ceil(lesson.max_score / MAX_BARS))
    # Where a question could not be marked, the others count as if they were all there is.
    reached = [
        report.score / report.max_score * lesson.max_score if report.max_score else 0.0
        for report in reports
    ]
    return histogram(reached, width=width, most=lesson.max_score)


def standing(report: Report) -> Standing | None:
    """Where the measured accuracy of a submission stands, ``None`` where it was not measured.

    Where no check told how right solutions spread, ``low`` and ``high`` are the bar itself.
    """
    told = next((check.standing for check in report.checks if check.standing), None)
    value, bar = (report.measures.get(name) for name in ("accuracy", "threshold"))
    if told or value is None or bar is None:
        return told
    return Standing(value=value, bar=bar, low=bar, high=bar)


@dataclass(frozen=True, kw_only=True)
class QuestionOutcomes:
    """How a class did in one question, among those that could be marked.

    ``mean`` is in points, of ``most``; the rest are numbers of submissions: all points, some,
    none; the blank left blank; nobody could tell.
    """

    question: Question
    mean: float
    most: float
    full: int
    part: int
    none: int
    blank: int
    unclear: int

    @property
    def total(self) -> int:
        """All submissions in which the question was marked."""
        return self.full + self.part + self.none + self.blank + self.unclear

    @property
    def passed(self) -> float:
        """The share that has all points, between 0 and 1."""
        return self.full / self.total if self.total else 0.0


def kind(results: Sequence[CheckResult]) -> str:
    """What became of a question: ``full``, ``part``, ``none``, ``blank``, ``unclear`` or ``out``.

    ``out`` is what could not be marked on that machine, or was not marked at all.
    """
    earned, most = sum(one.points for one in results), sum(one.max_points for one in results)
    outcomes = {one.outcome for one in results}
    if not most:
        return "out"
    if Outcome.ERROR in outcomes:
        return "unclear"
    if earned >= most - 1e-9:
        return "full"
    if earned > 0:
        return "part"
    return "blank" if Outcome.NOT_ATTEMPTED in outcomes else "none"


def answers(reports: Sequence[Report], lesson: Lesson) -> list[QuestionOutcomes]:
    """Each question of the lesson, in its order."""
    found = []
    for question in lesson.questions:
        marked = [report.of(question.name) for report in reports]
        kinds = Counter(kind(results) for results in marked)
        shares = [
            sum(one.points for one in results) / sum(one.max_points for one in results)
            for results in marked
            if kind(results) != "out"
        ]
        del kinds["out"]
        names = ("full", "part", "none", "blank", "unclear")
        mean = statistics.fmean(shares) * question.points if shares else 0.0
        counted = {name: kinds[name] for name in names}
        found.append(
            QuestionOutcomes(question=question, mean=mean, most=question.points, **counted)
        )
    return found


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A misconception, and who has it; a check without a name for what is wrong gives its own."""

    name: str
    is_named: bool
    reports: tuple[Report, ...]
    example: CheckResult


def mistakes(reports: Sequence[Report]) -> list[Mistake]:
    """What was wrong in the class, the most frequent first; each counts once a submission."""
    found: dict[str, dict[int, Report]] = {}
    examples: dict[str, CheckResult] = {}
    for number, report in enumerate(reports):
        for check in report.checks:
            if check.outcome is Outcome.FAILED:
                name = mistake_name(check)
                found.setdefault(name, {})[number] = report
                examples.setdefault(name, check)
    made = [
        Mistake(
            name=name,
            is_named=examples[name].misconception is not None,
            reports=tuple(who.values()),
            example=examples[name],
        )
        for name, who in found.items()
    ]
    return sorted(made, key=lambda one: (-len(one.reports), one.name))


def mistake_name(check: CheckResult) -> str:
    """The misconception that a failed check names, else the check's own name."""
    return check.misconception or check.id


@dataclass(frozen=True, kw_only=True)
class Seconds:
    """How long the runs took, in seconds; a run that several submissions shared counts once."""

    runs: int
    shared: int
    whole: float
    median: float
    most: float


def seconds(reports: Sequence[Report]) -> Seconds:
    """The time of the class."""
    own = [one.seconds for one in reports if not one.shared and one.status == "graded"]
    return Seconds(
        runs=len(own),
        shared=sum(one.shared for one in reports),
        whole=sum(own),
        median=statistics.median(own) if own else 0.0,
        most=max(own, default=0.0),
    )
