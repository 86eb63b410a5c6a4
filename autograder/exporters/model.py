"""The grades that are exported, made here from reports and elsewhere from a gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.reports.annotate import points


@dataclass(frozen=True, kw_only=True)
class Person:
    """A student with nbgrader's fields; unknown ones are empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One student's points for one assignment.

    ``raw`` are the points before the late ``penalty``; ``None`` if nothing was handed in, or if
    the grader itself failed.
    """

    person: Person
    assignment: str
    title: str
    max_score: float
    raw: float | None = None
    penalty: float = 0.0

    @property
    def score(self) -> float | None:
        """The points that count: never below zero, as in nbgrader."""
        return None if self.raw is None else max(0.0, self.raw - self.penalty)


def of_reports(reports: Sequence[Report], lesson: Lesson) -> list[Grade]:
    """Return the judge's grades, without penalties and manual scores.

    A grade has no points if the grader itself failed: that is not the student's fault.
    """
    return [
        Grade(
            person=Person(id=report.name),
            assignment=lesson.name,
            title=lesson.title,
            max_score=lesson.max_score,
            raw=None if report.trouble else earned(report, lesson),
        )
        for report in reports
    ]


def earned(report: Report, lesson: Lesson) -> float:
    """Return the points as shown in the notebook's grade cells."""
    each = (points(question, report.of(question.name)) for question in lesson.questions)
    return round(sum(each), 6)
