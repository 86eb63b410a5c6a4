"""A report in plain words, for terminals and screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograder.core.lesson import Question
from autograder.core.report import CheckResult, Outcome, Report, Standing

LABELS = {
    Outcome.PASSED: "right",
    Outcome.FAILED: "not yet right",
    Outcome.NOT_ATTEMPTED: "not attempted",
    Outcome.SKIPPED: "not checked",
    Outcome.NOT_APPLICABLE: "not marked here",
    Outcome.ERROR: "needs manual review",
}


def number(value: float) -> str:
    """Format a number without superfluous digits, as in ``2`` and ``2.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float) -> str:
    """Format as in ``79.9 %``, rounded down so that no value looks as if it met a threshold."""
    return f"{math.floor(part * 1000 + 1e-9) / 10:.1f} %"


def share(part: float) -> str:
    """Format as in ``41.7 %``, rounded; for what is held against no threshold."""
    return f"{part * 100:.1f} %"


def points(results: Sequence[CheckResult]) -> str:
    """Return a phrase such as ``2.5 of 4 points``."""
    return points_of(sum(one.points for one in results), sum(one.max_points for one in results))


def points_of(earned: float, max_points: float) -> str:
    """Return the same phrase for two numbers."""
    return f"{number(earned)} of {number(max_points)} {'point' if max_points == 1 else 'points'}"


def distinct_results(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the results to show: of several checks with the same message only the first."""
    first: dict[tuple[Outcome, str], CheckResult] = {}
    for one in (result.for_student() for result in results):
        first.setdefault((one.outcome, one.message), one)
    return list(first.values())


def overall(results: Sequence[CheckResult]) -> Outcome:
    """Return the outcome of a whole question: the most urgent of its checks."""
    outcomes = {one.outcome for one in results}
    pressing = (Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED, Outcome.NOT_ATTEMPTED)
    rest = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    return next((one for one in (*pressing, *rest) if one in outcomes), Outcome.NOT_ATTEMPTED)


def details(one: CheckResult, *, more: bool = False) -> list[str]:
    """Return the lines below a result's message; ``more`` includes the hint levels on request."""
    if one.outcome is Outcome.PASSED:
        return [f"Good to know: {one.why}"] if more and one.why else []
    hints = [("Next", one.help), *([("Why", one.why), ("How", one.how)] if more else [])]
    return [f"{name}: {hint}" for name, hint in hints if hint]


def good_to_know(results: Sequence[CheckResult]) -> str:
    """Return one more fact for a question that is right, empty where there is none."""
    if overall(results) is not Outcome.PASSED:
        return ""
    return next((f"Good to know: {one.why}" for one in distinct_results(results) if one.why), "")


def answer(
    question: Question,
    results: Sequence[CheckResult],
    *,
    so_far: str = "",
    footer: Sequence[str] = (),
    more: bool = False,
    fact: bool = True,
) -> str:
    """Return the results of one question as text.

    ``so_far`` follows the points and ``footer`` are the last lines; ``more`` includes all hint
    levels, ``fact`` one more fact where all is right.
    """
    lines = [f"{question.title}: {points(results)}{so_far and f' ({so_far})'}"]
    for one in distinct_results(results):
        lines.append(f"  {LABELS[one.outcome]}: {one.message}")
        lines += [f"    {line}" for line in details(one, more=more)]
        if one.standing:
            explained = more or one.outcome is not Outcome.PASSED
            lines += [f"    {line}" for line in standing(one.standing, explained=explained)]
    if fact and not more and (known := good_to_know(results)):
        lines.append(f"  {known}")
    return "\n".join([*lines, *(f"  {line}" for line in footer)])


def standing(where: Standing, *, explained: bool = True) -> list[str]:
    """Return where an accuracy stands, and how it was measured if that has to be explained."""
    between = f"{percent(where.low)} to {percent(where.high)}"
    reached = f"98 of 100 right solutions reach {between}."
    return [reached, *([where.note] if explained and where.note else [])]


def accuracy(report: Report) -> str:
    """Return the accuracy as in ``83.1 %``, or a dash where it could not be measured."""
    measured = report.measures.get("accuracy")
    return "–" if measured is None else percent(measured)


def duration(seconds: float) -> str:
    """Return a time in seconds, from two minutes on in minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def remarks(report: Report) -> list[str]:
    """Return what is said of the whole submission: why a run ended early, and notes."""
    return [*([report.reason] if report.reason else []), *report.notes]


def run_note(report: Report) -> str:
    """Return a phrase on whether it was run itself, or another submission of the same program."""
    return "this result is reused from an identical submission" if report.shared else "its own run"
