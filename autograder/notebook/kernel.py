"""The part of a check that touches IPython: what is shown, and which cells were run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.getipython import get_ipython
from IPython.display import display

from autograder.checks import NotAttempted
from autograder.evidence import Cell
from autograder.lesson import Lesson
from autograder.program import same_program
from autograder.render import html


def show(page: str, text: str) -> None:
    """Show HTML, with a twin in words for terminals and screen readers."""
    display({"text/html": page, "text/plain": text}, raw=True)


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Keep off the screen what TensorFlow's C++ part logs while it is imported.

    It looks like errors, is there on every machine, and no setting turns it off. What Python
    itself says is still seen: in a kernel it takes another way.
    """
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Cells:
    """Which of the lesson's solution cells were run in this kernel, and how they ended.

    A cell is known by its id, which JupyterLab and VS Code send along. Where it is not sent,
    nothing is known of the cells, and only what is handed in counts.
    """

    def __init__(self, lesson: Lesson, released: Path) -> None:
        self._grade_ids = {question.name for question in lesson.questions}
        self._blanks: dict[str, tuple[str, str]] = {}
        self._seen: dict[str, Cell] = {}
        if released.is_file():
            for cell in nbformat.read(released, as_version=4).cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                if grade_id in self._grade_ids:
                    self._blanks[cell.id] = (grade_id, cell.source)

    def seen(self) -> tuple[Cell, ...]:
        """The cells that were run, as evidence."""
        return tuple(self._seen.values())

    def note(self, result: Any) -> None:
        """IPython's ``post_run_cell``: keep how a cell ended."""
        cell_id = getattr(result.info, "cell_id", None)
        if cell_id not in self._blanks:
            return
        grade_id, blank = self._blanks[cell_id]
        error = result.error_before_exec or result.error_in_exec
        self._seen[grade_id] = Cell(
            index=list(self._blanks).index(cell_id),
            cell_id=cell_id[:300],
            grade_id=grade_id,
            status="error" if error else "ok",
            changed=not same_program(result.info.raw_cell, blank),
            ename=type(error).__name__ if error else "",
            evalue=str(error)[:4000] if error else "",
        )


def greet_blanks(cells: Cells) -> None:
    """Watch the cells, and meet a blank that is used with one friendly line."""
    shell = get_ipython()
    if shell is None:
        return

    def friendly(_shell: Any, _kind: Any, error: NotAttempted, _trace: Any, **_: Any) -> list[str]:
        text = f"Not yet: {error.message} {error.help}"
        show(html.notice(text), text)
        return []

    shell.set_custom_exc((NotAttempted,), friendly)
    shell.events.register("post_run_cell", cells.note)
