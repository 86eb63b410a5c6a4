"""Student text without the characters that change what is shown around it."""

from __future__ import annotations

import re

# Colours (SGR) are kept for programs that draw them; other escapes and control characters are not.
ESCAPES = re.compile(r"\x1b(?:\[(?![0-9;]*m)[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Also where something was taken out of the middle of it.
BEGIN_OF_ESCAPE = re.compile(r"\x1b(?!\[[0-9;]*m)")
COLOURS = re.compile(r"\x1b(?:\[[0-9;]*m)?")


def text(source: str) -> str:
    """Return text without characters that overwrite other text or change its direction."""
    return BEGIN_OF_ESCAPE.sub("", INVISIBLE.sub("", ESCAPES.sub("", source)))


def plain(source: str) -> str:
    """Return the printable text without colours, as in a message."""
    return COLOURS.sub("", text(source))


def line(source: str) -> str:
    """Return the printable text without colours, in one line."""
    return " ".join(plain(source).split())
