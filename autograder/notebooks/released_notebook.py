"""Where in the lesson's notebook a name is defined, in words that lead a student there."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.notebooks.names import names_in

MAX_LINE = 60


@functools.lru_cache(maxsize=16)
def defining_cells(released: Path) -> Mapping[str, str]:
    """Map each name to the first cell that defines it, as in *the cell that begins with …*.

    Empty where there is no such notebook.
    """
    found: dict[str, str] = {}
    for section, source in _sections(released):
        where = f"the cell that begins with `{_first_line(source)}`"
        if section:
            where += f", in “{section}”"
        for name in sorted(names_in(source).defined):
            found.setdefault(name, where)
    return found


def released_cells(released: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file as JSON; none where it cannot be read."""
    try:
        cells: list[dict[str, Any]] = json.loads(released.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return cells if isinstance(cells, list) else []


def _sections(released: Path) -> Iterator[tuple[str, str]]:
    """Yield for each code cell its section and its source."""
    section = ""
    for cell in released_cells(released):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield section, source
        for line in source.splitlines() if cell["cell_type"] == "markdown" else ():
            if line.startswith("## "):
                section = line.removeprefix("## ").strip()


def _first_line(source: str) -> str:
    line = next((one for one in source.splitlines() if one.strip()), "")
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE].rstrip()} …"
