"""A table for Moodle's grade import."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exporters.csv_tables import Rows, csv_text, people
from autograder.exporters.exporter import Exporter
from autograder.exporters.model import Grade


def table(grades: Sequence[Grade]) -> str:
    """Return a table for Moodle's grade import: a row per student, a column per assignment.

    Moodle asks by which column to find a student: ``Username`` (nbgrader's student id),
    ``User ID`` (``lms_user_id``) or ``Email address``. An empty cell means no grade.
    """
    return csv_text(_rows(grades))


def _rows(grades: Sequence[Grade]) -> Rows:
    titles = {one.assignment: one.title for one in grades}
    known = ["First name", "Last name", "Username", "User ID", "Email address"]
    yield [*known, *titles.values()]
    for person, scores in people(grades):
        yield [
            *(person.first_name, person.last_name, person.id, person.lms_user_id, person.email),
            *(scores.get(assignment) for assignment in titles),
        ]


EXPORTER = Exporter("moodle.csv", table)
