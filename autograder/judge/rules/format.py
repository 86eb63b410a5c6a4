"""Format findings for messages, and read numbers from claims."""

from __future__ import annotations

import re

from autograder.core.evidence import Claim

MAX_DIGITS = 12
"""A fraction that is longer than this is rounded in a message."""
HUGE = re.compile(r"(-?)[\d.]+e\+\d+")
"""A number that is too large for JSON, as it stands in a claim."""
TEXTS = ("str", "str_")


def whole_number(claim: Claim) -> int | None:
    """Return a whole number, also from an array of one element; ``None`` for anything else."""
    value = claim.value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(claim: Claim) -> str:
    """Format a claim for a message: a number or a text itself, for all else the type."""
    value = claim.value
    if isinstance(value, float) and len(repr(value)) > MAX_DIGITS:
        rounded = f"{value:.6g}"
        # What is not whole must not look so.
        return f"about {rounded}" if value.is_integer() or not _is_whole(rounded) else repr(value)
    if isinstance(value, str) and claim.kind not in TEXTS and (huge := HUGE.fullmatch(value)):
        return f"about {value}, far too {'small' if huge[1] else 'large'}"
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return repr(value)[:60]
    return f"of type `{claim.kind}`"


def _is_whole(number: str) -> bool:
    return float(number).is_integer()


def shape_in_words(shape: tuple[int | None, ...]) -> str:
    """Format a shape as in ``(28, any)``, with ``any`` for an open side."""
    return f"({', '.join('any' if side is None else str(side) for side in shape)})"
