"""Phrases of plain English."""

from __future__ import annotations


def plural(number: int, word: str) -> str:
    """Return a phrase such as ``1 epoch`` or ``5 epochs``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
