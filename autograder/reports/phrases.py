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
    Outcome.SKIPPED: "not looked at",
    Outcome.NOT_APPLICABLE: "not marked here",
    Outcome.ERROR: "a person has to look",
}


def number(value: float) -> str:
    """Format a number without superfluous digits, as in ``2`` and ``2.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float) -> str:
    """Format as in ``79.9 %``, rounded down so that no value looks as if it met a threshold."""
    return f"{math.floor(part * 1000 + 1e-9) / 10:.1f} %"


def points(results: Sequence[CheckResult]) -> str:
    """Return a phrase such as ``2.5 of 4 points``."""
    earned = sum(one.points for one in results)
    return f"{number(earned)} of {number(sum(one.max_points for one in results))} points"


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
        return [f"Good to know: {one.why}"] if one.why else []
    hints = [("Next", one.help), *([("Why", one.why), ("How", one.how)] if more else [])]
    return [f"{name}: {hint}" for name, hint in hints if hint]


def answer(
    question: Question,
    results: Sequence[CheckResult],
    *,
    so_far: str = "",
    footer: str = "",
    more: bool = False,
) -> str:
    """Return the results of one question as text.

    ``so_far`` follows the points and ``footer`` is the last line; ``more`` includes all hint
    levels.
    """
    lines = [f"{question.title}: {points(results)}{so_far and f' ({so_far})'}"]
    for one in distinct_results(results):
        lines.append(f"  {LABELS[one.outcome]}: {one.message}")
        lines += [f"    {line}" for line in details(one, more=more)]
        if one.standing:
            lines += [f"    {line}" for line in standing(one.standing)]
    return "\n".join([*lines, *([f"  {footer}"] if footer else [])])


def standing(where: Standing) -> list[str]:
    """Return where an accuracy stands as a few sentences."""
    numbers = f"Yours: {percent(where.value)}. The bar: {number(where.threshold * 100)} %."
    return [f"{numbers} {right_solutions(where)}", *([where.note] if where.note else [])]


def right_solutions(where: Standing) -> str:
    """Return a sentence on the range of right solutions."""
    between = f"{percent(where.low)} to {percent(where.high)}"
    return f"Right solutions: {between}, 98 of 100 that do as the lesson says."


def accuracy(report: Report) -> str:
    """Return the accuracy as in ``83.1 %``, or a dash where it could not be measured."""
    measured = report.measures.get("accuracy")
    return "–" if measured is None else percent(measured)


def run_note(report: Report) -> str:
    """Return a phrase on whether it was run itself, or another submission of the same program."""
    return "run once for several that are the same program" if report.shared else "its own run"
