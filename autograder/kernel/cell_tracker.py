"""Which cells were run in this kernel, in which order, and how they ended."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.core.evidence import Cell, shortened
from autograder.core.evidence.record import Follows
from autograder.core.exception_names import public_name
from autograder.core.lesson import Lesson
from autograder.notebooks.data_flow import DataFlow
from autograder.notebooks.names import Names, names_in
from autograder.notebooks.normalize import same_program
from autograder.notebooks.origins import released_cells


@dataclass(frozen=True, kw_only=True)
class CellRun:
    """A cell as it was run last; ``turn`` counts the runs of all cells, from 0.

    ``name`` is its ``grade_id``, where it is one of the lesson's.
    """

    turn: int
    name: str = ""
    names: Names = field(default_factory=Names)


class Cells:
    """The cells that were run: the last run of each, and the evidence of the solution cells.

    A cell is known by its id, which JupyterLab and VS Code send along; else a solution cell and a
    check are known by their first line. ``gone`` are names that a cell no longer defines.
    """

    def __init__(self, lesson: Lesson, released: Path) -> None:
        self._solutions = [question.name for question in lesson.questions]
        self._known = [*self._solutions, *(question.grade_id for question in lesson.questions)]
        self._texts: dict[str, str] = {}
        self._flow = DataFlow()
        # Of the cell that was run last.
        self._follows: Follows | None = None
        self._ids: dict[str, str] = {}
        self._seen: dict[str, Cell] = {}
        self._ran: dict[str, CellRun] = {}
        self._turns = itertools.count()
        self.gone: frozenset[str] = frozenset()
        for cell in released_cells(released):
            name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
            if name:
                self._ids[cell.get("id", "")] = name
                self._texts[name] = "".join(cell["source"])

    @property
    def ran(self) -> tuple[CellRun, ...]:
        """The last run of each cell."""
        return tuple(self._ran.values())

    def seen(self) -> tuple[Cell, ...]:
        """Return the solution cells that were run, as evidence."""
        return tuple(self._seen.values())

    def note(self, result: Any) -> None:
        """Record that a cell was run, and how it ended: IPython's ``post_run_cell``."""
        source, turn = str(result.info.raw_cell or ""), next(self._turns)
        cell_id = str(getattr(result.info, "cell_id", None) or "")
        name = self._ids.get(cell_id) or self._by_first_line(source)
        # What Python cannot read was not run at all.
        if not result.error_before_exec:
            run = CellRun(turn=turn, name=name, names=names_in(source))
            key = cell_id or name or f"turn {turn}"
            before = self._ran.get(key)
            self.gone |= before.names.defined - run.names.defined if before else frozenset()
            self._ran[key] = run
            self._follows = self._flow.follow(source)
        if name in self._solutions:
            self._seen[name] = self._evidence_of(name, cell_id, source, result)

    def _by_first_line(self, source: str) -> str:
        first = _first_line(source)
        names = (one for one in self._known if _first_line(self._texts.get(one, "")) == first)
        return next(names, "") if first else ""

    def _evidence_of(self, name: str, cell_id: str, source: str, result: Any) -> Cell:
        error = result.error_before_exec or result.error_in_exec
        return Cell(
            index=self._solutions.index(name),
            cell_id=cell_id[:300],
            grade_id=name,
            status="error" if error else "ok",
            changed=not same_program(source, self._texts[name]),
            ename=public_name(type(error)) if error else "",
            evalue=shortened(str(error)) if error else "",
            follows=None if error else self._follows,
        )


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0].strip()
