"""Tables put into a page in Markdown, each into a place of its own, and read again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.core.errors import StudyError

SLOT = re.compile(
    r"(<!-- study (?P<lesson>[\w-]+): (?P<name>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL
)


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
