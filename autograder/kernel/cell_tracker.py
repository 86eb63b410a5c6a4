"""Which cells were run in this kernel, in which order, and how they ended."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.core.evidence import Cell, shortened
from autograder.core.evidence.record import Follows
from autograder.core.exception_names import public_name
from autograder.core.lesson import Lesson
from autograder.notebooks.data_flow import DataFlow
from autograder.notebooks.names import Names, defined_in, names_in
from autograder.notebooks.normalize import same_program
from autograder.notebooks.released_notebook import released_cells


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
    check are known by their first line. ``removed`` are names that a cell no longer defines,
    ``turn`` is the latest run. ``values`` are the values of names in the kernel.
    """

    def __init__(
        self, lesson: Lesson, released: Path, values: Mapping[str, object] | None = None
    ) -> None:
        self._own_names = {one.name: lesson.own_names(one) for one in lesson.questions}
        self._values = {} if values is None else values
        # The value of each of these names, by its identity, and the run that gave it.
        self._assigned: dict[str, tuple[int, int]] = {}
        self._solutions = [question.name for question in lesson.questions]
        self._cell_names = [*self._solutions, *(question.grade_id for question in lesson.questions)]
        self._texts: dict[str, str] = {}
        self._flow = DataFlow()
        self._ids: dict[str, str] = {}
        self._records: dict[str, Cell] = {}
        self._ran: dict[str, CellRun] = {}
        # The cell that begins to watch is noted only when it ends: it has turn 0.
        self.turn = 0
        self.removed: frozenset[str] = frozenset()
        # The later run of the same cell, and the cell's name.
        self._replaced_by: dict[int, tuple[int, str]] = {}
        self._checked: dict[str, int] = {}
        # The source of each solution cell as it was run last, its id, and when (in seconds).
        self._sources: dict[str, tuple[str, str, float]] = {}
        for cell in released_cells(released):
            name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
            if name:
                self._ids[cell.get("id", "")] = name
                self._texts[name] = "".join(cell["source"])

    @property
    def ran(self) -> tuple[CellRun, ...]:
        """The last run of each cell."""
        return tuple(self._ran.values())

    def records(self) -> tuple[Cell, ...]:
        """Return the solution cells that were run, as evidence."""
        return tuple(self._records.values())

    @property
    def superseded(self) -> frozenset[int]:
        """The runs whose cell was run again since: before the latest check, if it has one."""
        return frozenset(
            earlier
            for earlier, (later, name) in self._replaced_by.items()
            if name not in self._solutions or later <= self._checked.get(name, -1)
        )

    def check(self, question: str) -> None:
        """Record that the check of a question is called."""
        self._checked[question] = self.turn

    def stale(self, question: str) -> tuple[str, ...]:
        """Return the names of a question that only an earlier run of a cell has given."""
        superseded = self.superseded
        given = {name: turn for name, (_, turn) in self._assigned.items()}
        return tuple(name for name in self._own_names[question] if given.get(name) in superseded)

    def edited(self, question: str, notebook: Path | None) -> bool:
        """Return whether the saved notebook has another solution cell than the one that was run.

        Only a notebook that was saved after that run can tell; ``None`` is none.
        """
        source, cell_id, ran = self._sources.get(question, ("", "", math.inf))
        # A file may hold anything.
        with contextlib.suppress(OSError, AttributeError, KeyError, TypeError):
            if notebook is None or notebook.stat().st_mtime <= ran:
                return False
            for cell in released_cells(notebook):
                name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
                if cell.get("id") == cell_id or (not cell_id and name == question):
                    return not same_program("".join(cell["source"]), source)
        return False

    def start(self) -> None:
        """Record that a cell begins to run: IPython's ``pre_run_cell``."""
        self.turn += 1

    def note(self, result: Any) -> None:
        """Record that a cell was run, and how it ended: IPython's ``post_run_cell``."""
        turn, (source, cell_id, name) = self.turn, self._identify(result.info)
        key = cell_id or name or f"turn {turn}"
        before = self._ran.get(key)
        if before:
            self._replaced_by.setdefault(before.turn, (turn, name))
        ended_well = not (result.error_before_exec or result.error_in_exec)
        names, follows = names_in(source), None
        self._note_values(names.defined if ended_well else ())
        # What Python cannot read was not run at all.
        if not result.error_before_exec:
            if before:
                self.removed |= before.names.defined - names.defined
            self._ran[key] = CellRun(turn=turn, name=name, names=names)
            follows = self._flow.follow(source)
        if name in self._solutions:
            self._sources[name] = source, cell_id, time.time()
            self._records[name] = self._record_of(name, cell_id, source, result, follows)

    def _identify(self, info: Any) -> tuple[str, str, str]:
        """Return the source of a cell, its id, and its ``grade_id`` in the lesson."""
        source = str(info.raw_cell or "")
        cell_id = str(getattr(info, "cell_id", None) or "")
        return source, cell_id, self._ids.get(cell_id) or self._by_first_line(source)

    def _note_values(self, defined: Collection[str]) -> None:
        for name in {name for names in self._own_names.values() for name in names}:
            value = id(self._values.get(name))
            # A number that is given once more is the same object.
            if name in defined or value != self._assigned.get(name, (None, 0))[0]:
                self._assigned[name] = value, self.turn

    def _by_first_line(self, source: str) -> str:
        first = _first_line(source)
        names = (one for one in self._cell_names if _first_line(self._texts.get(one, "")) == first)
        return next(names, "") if first else ""

    def _record_of(
        self, name: str, cell_id: str, source: str, result: Any, follows: Follows | None
    ) -> Cell:
        error = result.error_before_exec or result.error_in_exec
        return Cell(
            index=self._solutions.index(name),
            cell_id=cell_id[:300],
            grade_id=name,
            status="error" if error else "ok",
            changed=not same_program(source, self._texts[name]),
            ename=public_name(type(error)) if error else "",
            evalue=shortened(str(error)) if error else "",
            defines=() if result.error_before_exec else defined_in(source),
            follows=None if error else follows,
        )


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0].strip()
