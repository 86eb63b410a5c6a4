"""Tables put into a page in Markdown, each into a place of its own, and read again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from autograder.authoring.calibration.tables import NAMES
from autograder.core.errors import StudyError
from autograder.core.lesson import Lesson

SLOT = re.compile(
    r"(<!-- study (?P<lesson>[\w-]+): (?P<name>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL
)

NEW_PAGE = """\
# The threshold of “{title}”

`autograder study --lesson {name} --write` makes the tables and the picture; the words around
them stay.

![Each row is a recipe, and shows how its accuracy is spread over the runs, with a line for the
threshold. The tables below hold the same numbers.]({picture})
"""
HEADINGS = {
    "promise": "How often right work fails",
    "ways": "What else could be marked",
    "right": "Right work",
    "wrong": "Wrong work",
    "keras": "The study and Keras",
}


def has_slots(page: str, lesson: str) -> bool:
    """Return whether a page has a place for any table of a lesson."""
    return any(one["lesson"] == lesson for one in SLOT.finditer(page))


def new_page(lesson: Lesson, names: Iterable[str], picture: str) -> str:
    """Return a page with an empty place for each of these tables of a lesson."""
    page = NEW_PAGE.format(title=lesson.title, name=lesson.name, picture=picture)
    for name in names:
        kind, _, data = name.partition(" ")
        heading = ", ".join([HEADINGS[kind], *([NAMES.get(data, data)] if data else ())])
        page += f"\n## {heading}\n\n<!-- study {lesson.name}: {name} -->\n<!-- end -->\n"
    return page


def filled(page: str, lesson: str, tables: Mapping[str, str]) -> str:
    """Return the page with these tables of a lesson in their places.

    A place is ``<!-- study LESSON: NAME -->``, then the table, then ``<!-- end -->``.

    Raises:
        StudyError: a table has no place, or a place no table.
    """
    slots = {one["name"] for one in SLOT.finditer(page) if one["lesson"] == lesson}
    if odd := slots ^ set(tables):
        raise StudyError(f"A place in the page or a table is missing: {', '.join(sorted(odd))}.")

    def put(slot: re.Match[str]) -> str:
        if slot["lesson"] != lesson:
            return slot[0]
        return f"{slot[1]}{tables[slot['name']]}{slot[4]}"

    return SLOT.sub(put, page)
