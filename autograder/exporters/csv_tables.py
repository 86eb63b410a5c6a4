"""What the tables of grades share: rows as CSV, and one person's scores together.

Text that a spreadsheet could take for a formula gets a leading apostrophe, as spreadsheets write it
themselves, even if the spreadsheet separates cells by another character than the comma: no
student's name runs as a formula when an instructor opens the file.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from autograder.core import printable
from autograder.exporters.model import Grade, Person

FORMULA_STARTS = ("=", "+", "-", "@")
# The separators that spreadsheets may assume, in most of Europe `;`, whatever was written.
SEPARATORS = re.compile(r"([,;\t])")
Rows = Iterator[list[object]]


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
        for person, _ in people(grades)
        if any(escaped(one) != one for one in (person.id, person.email, person.lms_user_id))
    ]


def people(grades: Iterable[Grade]) -> Iterator[tuple[Person, dict[str, float | None]]]:
    """Yield each student once, with the score for each assignment."""
    found: dict[str, tuple[Person, dict[str, float | None]]] = {}
    for one in grades:
        found.setdefault(one.person.id, (one.person, {}))[1][one.assignment] = one.score
    yield from found.values()


def csv_text(rows: Rows) -> str:
    """Return rows as the text of a CSV file."""
    written = io.StringIO()
    csv.writer(written).writerows([_cell(one) for one in row] for row in rows)
    return written.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float | int):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return escaped(str(value))
