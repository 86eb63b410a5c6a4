"""Text of a student's without the signs that rewrite what is shown around it."""

from __future__ import annotations

import re

# Colours (SGR) are drawn by whoever shows them; all other sequences and signs that are not seen.
ESCAPES = re.compile(r"\x1b(?:\[(?![0-9;]*m)[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COLOURS = re.compile(r"\x1b(?:\[[0-9;]*m)?")


def text(given: str) -> str:
    """Text without signs that rewrite what was shown before, or turn its direction."""
    return UNSEEN.sub("", ESCAPES.sub("", given))


def plain(given: str) -> str:
    """The same without colours, as a message is."""
    return COLOURS.sub("", text(given))


def line(given: str) -> str:
    """The same in one line."""
    return " ".join(plain(given).split())
