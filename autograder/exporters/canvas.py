"""A table for the import of Canvas' gradebook."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exporters.csv_tables import Rows, csv_text, people
from autograder.exporters.exporter import Exporter
from autograder.exporters.model import Grade


def table(grades: Sequence[Grade]) -> str:
    """Return a table for Canvas' gradebook import: a row per student, a column per assignment.

    Canvas finds a student by ``ID`` (nbgrader's ``lms_user_id``), else by ``SIS Login ID``
    (nbgrader's student id), and an assignment by its title, or by Canvas' own number at the end
    of the title, as in ``My Lesson (1234)``. An empty cell means no grade.
    """
    return csv_text(_rows(grades))


def _rows(grades: Sequence[Grade]) -> Rows:
    titles = {one.assignment: one for one in grades}
    known = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    yield [*known, *(one.title for one in titles.values())]
    yield ["Points Possible", *[None] * 4, *(one.max_score for one in titles.values())]
    for person, scores in people(grades):
        name = ", ".join(part for part in (person.last_name, person.first_name) if part)
        yield [
            *(name or person.id, person.lms_user_id, None, person.id, None),
            *(scores.get(assignment) for assignment in titles),
        ]


EXPORTER = Exporter("canvas.csv", table)
