"""The page of a class, made from reports: one file that loads nothing from elsewhere.

It works without its script too; the script sorts, searches and filters the table.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from autograder.core import printable
from autograder.core.lesson import Lesson
from autograder.core.report import Outcome, Report
from autograder.reports import phrases, templates
from autograder.reports.class_report import aggregates, charts, gradebook_scores, triage
from autograder.reports.class_report.gradebook_scores import Gradebook, GradebookScores

__all__ = ["GradebookScores", "page"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A submission in the table: its mistakes, the reasons to review it, its group's number.

    ``questions`` are the names and titles of those in which it lost points.
    """

    report: Report
    questions: Sequence[str]
    mistakes: Sequence[str]
    reasons: Mapping[str, str]
    group: int | None


def page(
    reports: Sequence[Report],
    lesson: Lesson,
    *,
    folder: str = ".",
    gradebook: Gradebook | None = None,
    answers: Mapping[str, Sequence[int]] | None = None,
    made: str = "",
) -> str:
    """Return the page of the class as HTML, with the time when it was ``made``.

    ``folder`` contains the students' folders, as a URL relative to the page. ``gradebook`` has the
    scores that count and the students' own names, where they are known. ``answers`` are the sizes
    of the groups of alike answers by question, the largest first.
    """
    known = gradebook or {}

    def name(report: Report) -> str:
        return known[report.name].name if report.name in known else ""

    def link(report: Report) -> str:
        return f"{folder}/{quote(report.results_folder)}/report.html".removeprefix("./")

    def order(report: Report) -> tuple[str, str, str]:
        own, student = (printable.line(one).casefold() for one in (name(report), report.name))
        return own or student, student, report.results_folder

    reports = sorted(reports, key=order)
    groups = triage.same_programs(reports)
    rows = _rows(reports, groups, lesson)
    found = [(one, [row for row in rows if one.name in row.reasons]) for one in triage.REASONS]
    limits = Counter(name for report in reports for name in report.limits)
    return templates.render(
        "class_report/page.html",
        absent=gradebook_scores.absent(reports, known),
        accuracies=charts.accuracies(reports),
        aggregates=aggregates,
        answers=answers or {},
        counts=known if gradebook_scores.differs(reports, known) else {},
        figures=_figures(rows, lesson),
        groups=groups,
        isolation=", ".join(sorted({report.isolation for report in reports})),
        lesson=lesson,
        limits=sorted(limits.items()),
        made=made,
        link=link,
        mistakes=aggregates.mistakes(reports),
        name=name,
        questions=aggregates.answers(reports, lesson),
        reviews=[(reason, those) for reason, those in found if those],
        rows=rows,
        scores=charts.scores(reports, lesson),
        titles={question.name: question.title for question in lesson.questions},
        took=aggregates.seconds(reports),
    )


def _rows(
    reports: Sequence[Report], groups: Sequence[Sequence[Report]], lesson: Lesson
) -> list[Row]:
    numbers = {id(report): number for number, group in enumerate(groups, 1) for report in group}
    return [
        Row(
            report=report,
            mistakes=list(
                dict.fromkeys(
                    aggregates.mistake_name(one)
                    for one in report.checks
                    if one.outcome is Outcome.FAILED
                )
            ),
            questions=[
                words
                for one in lesson.questions
                if aggregates.kind(report.of(one.name)) not in ("full", "out")
                for words in (one.name, one.title)
            ],
            reasons=triage.reasons(report),
            group=numbers.get(id(report)),
        )
        for report in reports
    ]


def _figures(rows: Sequence[Row], lesson: Lesson) -> dict[str, object]:
    """Return the most important figures by their labels."""
    reports = [row.report for row in rows]
    reached = [report.score for report in reports]
    return {
        "submissions": len(reports),
        f"mean, of {phrases.number(lesson.max_score)}": phrases.number(statistics.fmean(reached)),
        "median": phrases.number(statistics.median(reached)),
        "with full marks": sum(
            bool(one.max_score) and one.score >= one.max_score for one in reports
        ),
        "need a look": sum(bool(row.reasons) for row in rows),
    }
