"""Source code compared as programs: comments, blank lines and formatting make no difference."""

from __future__ import annotations

import ast


def same_program(one: str, other: str) -> bool:
    """Whether two cells are the same program; what Python cannot read is compared as text."""
    return _tree(one) == _tree(other)


def _tree(source: str) -> str:
    lines = [line.rstrip() for line in source.strip().splitlines()]
    try:
        return ast.dump(ast.parse("\n".join(lines)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(lines)
