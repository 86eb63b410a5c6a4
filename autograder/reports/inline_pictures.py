"""Pictures inside of HTML: they are put aside while the rest of it is looked at."""

from __future__ import annotations

import re

INLINE = re.compile(r"(data:image/(?:png|jpeg);base64,)([A-Za-z0-9+/]+)")


def put_aside(html: str) -> tuple[str, dict[str, str]]:
    """Put a number in the place of each picture: it is long, and contains no markup."""
    pictures: dict[str, str] = {}

    def number_of(found: re.Match[str]) -> str:
        number = str(len(pictures))
        pictures[number] = found[2]
        return f"{found[1]}{number}"

    return INLINE.sub(number_of, html), pictures


def put_back(html: str, pictures: dict[str, str]) -> str:
    """Put the pictures back in the place of their numbers."""
    # Each once: what became a number only by sanitizing could otherwise repeat a long one.
    return INLINE.sub(lambda found: f"{found[1]}{pictures.pop(found[2], found[2])}", html)
