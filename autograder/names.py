"""Which names a cell makes, and which it needs: read from its text, without running it."""

from __future__ import annotations

import symtable
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names that a cell ``made`` for those after it, and those that it ``used``."""

    made: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


def names_in(source: str) -> Names:
    """The names in a cell; none where Python cannot read it. Lines for IPython are left out."""
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        whole = symtable.symtable("\n".join(lines), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    own = whole.get_symbols()
    inside = [one for part in _parts(whole) for one in part.get_symbols() if one.is_global()]
    return Names(
        made=frozenset(
            one.get_name() for one in [*own, *inside] if one.is_assigned() or one.is_imported()
        ),
        used=frozenset(one.get_name() for one in [*own, *inside] if one.is_referenced()),
    )


def _parts(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """The functions and classes in it, and those in them."""
    for part in table.get_children():
        yield part
        yield from _parts(part)
