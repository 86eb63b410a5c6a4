"""Grades as CSV: plain, for Canvas, for Moodle.

Text that a spreadsheet could take for a formula gets a leading apostrophe, as spreadsheets write it
themselves, even if the spreadsheet separates cells by another character than the comma: no
student's name runs as a formula when an instructor opens the file.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from autograder.core import printable
from autograder.exporters.model import Grade, Person

FORMULA_STARTS = ("=", "+", "-", "@")
# The separators that spreadsheets may assume, in most of Europe `;`, whatever was written.
SEPARATORS = re.compile(r"([,;\t])")
Rows = Iterator[list[object]]


def plain(grades: Sequence[Grade]) -> str:
    """Return a row for each student and assignment, with the columns of nbgrader's own export."""
    return _csv(_plain(grades))


def canvas(grades: Sequence[Grade]) -> str:
    """Return a table for Canvas' gradebook import: a row per student, a column per assignment.

    Canvas finds a student by ``ID`` (nbgrader's ``lms_user_id``), else by ``SIS Login ID``
    (nbgrader's student id), and an assignment by its title, or by Canvas' own number at the end
    of the title, as in ``My Lesson (1234)``. An empty cell means no grade.
    """
    return _csv(_canvas(grades))


def moodle(grades: Sequence[Grade]) -> str:
    """Return a table for Moodle's grade import: a row per student, a column per assignment.

    Moodle asks by which column to find a student: ``Username`` (nbgrader's student id),
    ``User ID`` (``lms_user_id``) or ``Email address``. An empty cell means no grade.
    """
    return _csv(_moodle(grades))


FORMATS: dict[str, Callable[[Sequence[Grade]], str]] = {
    "csv": plain,
    "canvas": canvas,
    "moodle": moodle,
}


def escaped(text: str) -> str:
    """Return the text in one line, so that no spreadsheet takes it for a formula."""
    parts = SEPARATORS.split(printable.line(text))
    return "".join(f"'{part}" if _is_formula(part) else part for part in parts)


def _is_formula(part: str) -> bool:
    # Excel also accepts the full-width forms of the characters.
    return unicodedata.normalize("NFKC", part).lstrip(' "').startswith(FORMULA_STARTS)


def students_with_escaped_ids(grades: Sequence[Grade]) -> list[str]:
    """Return the ids of students whom an LMS may not find because an identifier was escaped."""
    return [
        person.id
        for person, _ in _people(grades)
        if any(escaped(one) != one for one in (person.id, person.email, person.lms_user_id))
    ]


def _plain(grades: Sequence[Grade]) -> Rows:
    yield [
        *("assignment", "student_id", "last_name", "first_name", "email", "lms_user_id"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]
    for one in grades:
        who = one.person
        yield [
            *(one.assignment, who.id, who.last_name, who.first_name, who.email, who.lms_user_id),
            *(one.raw, None if one.raw is None else one.penalty, one.score, one.most),
        ]


def _canvas(grades: Sequence[Grade]) -> Rows:
    titles = {one.assignment: one for one in grades}
    known = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    yield [*known, *(one.title for one in titles.values())]
    yield ["Points Possible", *[None] * 4, *(one.most for one in titles.values())]
    for person, scores in _people(grades):
        name = ", ".join(part for part in (person.last_name, person.first_name) if part)
        yield [
            *(name or person.id, person.lms_user_id, None, person.id, None),
            *(scores.get(assignment) for assignment in titles),
        ]


def _moodle(grades: Sequence[Grade]) -> Rows:
    titles = {one.assignment: one.title for one in grades}
    known = ["First name", "Last name", "Username", "User ID", "Email address"]
    yield [*known, *titles.values()]
    for person, scores in _people(grades):
        yield [
            *(person.first_name, person.last_name, person.id, person.lms_user_id, person.email),
            *(scores.get(assignment) for assignment in titles),
        ]


def _people(grades: Iterable[Grade]) -> Iterator[tuple[Person, dict[str, float | None]]]:
    """Yield each student once, with the score for each assignment."""
    found: dict[str, tuple[Person, dict[str, float | None]]] = {}
    for one in grades:
        found.setdefault(one.person.id, (one.person, {}))[1][one.assignment] = one.score
    yield from found.values()


def _csv(rows: Rows) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([_cell(one) for one in row] for row in rows)
    return written.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float | int):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return escaped(str(value))
