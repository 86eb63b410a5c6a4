"""A report in plain words, for terminals and screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.lesson import Question
from autograder.render import standing
from autograder.render.numbers import number, percent
from autograder.report import CheckResult, Outcome, Report

__all__ = [
    "LABELS",
    "accuracy",
    "answer",
    "number",
    "percent",
    "points",
    "told",
    "whose_run",
]
LABELS = {
    Outcome.PASSED: "right",
    Outcome.FAILED: "not yet right",
    Outcome.NOT_ATTEMPTED: "not attempted",
    Outcome.SKIPPED: "not looked at",
    Outcome.NOT_APPLICABLE: "not marked here",
    Outcome.ERROR: "a person has to look",
}


def points(results: Sequence[CheckResult]) -> str:
    """``2.5 of 4 points``."""
    earned = sum(one.points for one in results)
    return f"{number(earned)} of {number(sum(one.max_points for one in results))} points"


def told(results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results worth a line each: what is the same of several checks is said once."""
    first: dict[tuple[Outcome, str], CheckResult] = {}
    for one in (result.for_student() for result in results):
        first.setdefault((one.outcome, one.message), one)
    return list(first.values())


def answer(question: Question, results: Sequence[CheckResult]) -> str:
    """What the checks of one question say."""
    lines = [f"{question.title}: {points(results)}"]
    for one in told(results):
        lines.append(f"  {LABELS[one.outcome]}: {one.message}")
        if one.help and one.outcome is not Outcome.PASSED:
            lines.append(f"    Next: {one.help}")
        lines += [f"    {line}" for line in standing.words(one.standing)] if one.standing else []
    return "\n".join(lines)


def accuracy(report: Report) -> str:
    """``83.1 %``, or a dash where it could not be measured."""
    measured = report.measures.get("accuracy")
    return "–" if measured is None else percent(measured)


def whose_run(report: Report) -> str:
    """Whether it was run itself, or another submission that is the same program."""
    return "run once for several that are the same program" if report.shared else "its own run"
