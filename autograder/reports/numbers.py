"""Numbers formatted for people."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """Format a number without superfluous digits, as in ``2`` and ``2.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float) -> str:
    """Format as in ``79.9 %``, rounded down so that no value looks as if it met a threshold."""
    return f"{math.floor(part * 1000 + 1e-9) / 10:.1f} %"
