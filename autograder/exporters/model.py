"""What an LMS is told: who has how many points. From reports here, from a gradebook elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.reports.annotate import points


@dataclass(frozen=True, kw_only=True)
class Person:
    """A student as nbgrader knows one; what is not known is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One student's points for one assignment.

    ``raw`` are the points before the late ``penalty``; ``None`` where nothing was handed
    in, or where the grader itself failed.
    """

    person: Person
    assignment: str
    title: str
    most: float
    raw: float | None = None
    penalty: float = 0.0

    @property
    def score(self) -> float | None:
        """What counts: never below zero, as in nbgrader."""
        return None if self.raw is None else max(0.0, self.raw - self.penalty)


def of_reports(reports: Sequence[Report], lesson: Lesson) -> list[Grade]:
    """Grades as the judge gave them: no penalty, and nothing that a person entered.

    Where the grader itself failed, there is none: that is not the student's.
    """
    return [
        Grade(
            person=Person(id=report.name),
            assignment=lesson.name,
            title=lesson.title,
            most=lesson.max_score,
            raw=None if report.trouble else earned(report, lesson),
        )
        for report in reports
    ]


def earned(report: Report, lesson: Lesson) -> float:
    """The points as they stand in the notebook's grade cells."""
    each = (points(question, report.of(question.name)) for question in lesson.questions)
    return round(sum(each), 6)
