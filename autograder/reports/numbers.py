"""Numbers as people read them."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """``2``, ``2.5``: no more digits than needed."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float) -> str:
    """``79.9 %``: rounded down, so that what is below a bar never looks as if it were on it."""
    return f"{math.floor(part * 1000 + 1e-9) / 10:.1f} %"
