"""A plain table, in which no name is taken for a formula."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exporters.csv_tables import Rows, csv_text
from autograder.exporters.exporter import Exporter
from autograder.exporters.model import Grade


def table(grades: Sequence[Grade]) -> str:
    """Return a row for each student and assignment, with the columns of nbgrader's own export."""
    return csv_text(_rows(grades))


def _rows(grades: Sequence[Grade]) -> Rows:
    yield [
        *("assignment", "student_id", "last_name", "first_name", "email", "lms_user_id"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    for one in grades:
        who = one.person
        yield [
            *(one.assignment, who.id, who.last_name, who.first_name, who.email, who.lms_user_id),
            *(one.raw, None if one.raw is None else one.penalty, one.score, one.max_score),
        ]


EXPORTER = Exporter("grades.csv", table)
