"""How what was found is put into words, and numbers are read out of claims."""

from __future__ import annotations

from autograder.core.evidence import Claim

MAX_DIGITS = 12
"""A fraction that is longer than this is rounded in a message."""


def plural(number: int, word: str) -> str:
    """``1 epoch``, ``5 epochs``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def whole_number(claim: Claim) -> int | None:
    """A whole number, also where it stands alone in an array; ``None`` for anything else."""
    value = claim.value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(claim: Claim) -> str:
    """A claim as a message names it: a number or a text itself, of all else the type."""
    value = claim.value
    if isinstance(value, float) and len(repr(value)) > MAX_DIGITS:
        return f"about {value:.6g}"
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return repr(value)[:60]
    return f"of type `{claim.kind}`"


def shape_in_words(shape: tuple[int | None, ...]) -> str:
    """``(28, any)``: a shape whose sides may be open."""
    return f"({', '.join('any' if side is None else str(side) for side in shape)})"
