"""Submissions that need manual review, with the reasons, and those that are the same program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.report import CONTRADICTION, Outcome, Report
from autograder.reports import phrases
from autograder.reports.class_report.aggregates import standing

# A percentage point on either side of the threshold; a fraction, as accuracies are.
NEAR = 0.01


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason for manual review: its short name for filters, and its title."""

    name: str
    title: str


UNREAD = Reason(name="unread", title="Could not be graded")
UNCLEAR = Reason(name="unclear", title="A check could not tell")
CONTRADICTORY = Reason(name="contradictory", title="Contradictory results")
ENDED = Reason(name="ended", title="Crashed or met a limit")
NEAR_THRESHOLD = Reason(name="near", title="Near the threshold")
REASONS = (UNREAD, UNCLEAR, CONTRADICTORY, ENDED, NEAR_THRESHOLD)


def reasons(report: Report) -> dict[str, str]:
    """Return the reasons to review a submission: for each name an explanation."""
    found = {}
    if report.status == "failed":
        found[UNREAD.name] = report.reason or "It could not be read."
    for check in report.checks:
        if check.outcome is Outcome.ERROR:
            found.setdefault(UNCLEAR.name, check.message)
        if check.misconception == CONTRADICTION:
            found.setdefault(CONTRADICTORY.name, check.message)
    if report.status == "graded" and (report.reason or report.interrupted or report.limits):
        # If a cell met a limit, the last note says so.
        found[ENDED.name] = report.reason or (report.notes[-1] if report.notes else "")
    if (where := standing(report)) and abs(where.value - where.threshold) <= NEAR + 1e-9:
        found[NEAR_THRESHOLD.name] = (
            f"{phrases.percent(where.value)}; threshold: {phrases.percent(where.threshold)}."
        )
    return found


def same_programs(reports: Sequence[Report]) -> list[tuple[Report, ...]]:
    """Group submissions that are the same program, the largest group first.

    Submissions without any attempt are left out.
    """
    groups: dict[str, list[Report]] = {}
    for report in reports:
        if report.program and any(_is_tried(check.outcome) for check in report.checks):
            groups.setdefault(report.program, []).append(report)
    found = [tuple(group) for group in groups.values() if len(group) > 1]
    return sorted(found, key=lambda group: (-len(group), group[0].name))


def _is_tried(outcome: Outcome) -> bool:
    return outcome not in (Outcome.NOT_ATTEMPTED, Outcome.SKIPPED, Outcome.NOT_APPLICABLE)
