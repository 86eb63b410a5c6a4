"""A notebook in, evidence out: run once, apart from everything else, within limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.evidence import Cell, Evidence, Record, Run
from autograder.execution import limits
from autograder.execution.job import Job, Ran
from autograder.execution.restore import Restored, grade_id
from autograder.execution.room_process import CancelledError
from autograder.execution.rooms import Rooms
from autograder.execution.told import Stopped, ending
from autograder.lesson import Lesson

__all__ = ["CancelledError", "Executed", "Rooms", "execute"]

MOST_BESIDE = 20 * 2**20
# Seeds, so that a second run says the same. The student's own modules come last: one that is
# called numpy.py must not take the place of another.
# The devices are listed before any cell could hide a GPU through the environment.
PRELUDE = """\
import sys as _sys
import keras as _keras
import tensorflow as _tensorflow
_keras.utils.set_random_seed({seed})
_tensorflow.config.list_physical_devices()
_sys.path.append("")
del _keras, _tensorflow, _sys
"""


@dataclass(frozen=True, kw_only=True)
class Executed:
    """The evidence of a run, and the notebook with the outputs that it made."""

    evidence: Evidence
    notebook: NotebookNode


def execute(
    restored: Restored,
    lesson: Lesson,
    rooms: Rooms,
    *,
    beside: Path | None = None,
    cancel: threading.Event | None = None,
) -> Executed:
    """Run a notebook once.

    Args:
        restored: the notebook, our own cells put right.
        lesson: what it belongs to.
        rooms: where it is run, with which limits and which seed.
        beside: the folder of the submission; its other files are put beside the notebook.
        cancel: once it is set, the run is given up.

    Raises:
        IsolationError: it cannot be kept apart on this machine.
        RuntimeError: it could not be run, and the notebook is not to blame.
        CancelledError: it was given up.
    """
    began = time.monotonic()
    files, left_out = _beside(beside)
    job = Job(
        notebook=nbformat.writes(restored.notebook).encode(),
        files=files,
        prelude=PRELUDE.format(seed=rooms.settings.seed),
        data=rooms.data,
        settings=rooms.settings,
    )
    with rooms.lend(cancel or threading.Event()) as room:
        told = room.run(job, cancel or threading.Event())
    stopped = ending(told, rooms.settings.cell_seconds)
    recorded, arrays, trouble = told.recorded()
    evidence = Record(
        run=Run(
            lesson=lesson.name,
            data="sample" if rooms.data_name == "sample" else "full",
            isolation=rooms.level,
            seconds=time.monotonic() - began,
            seed=rooms.settings.seed,
            stopped=stopped.why if stopped else None,
            trouble=trouble,
            limits=limits.hit(told, stopped),
            notes=(*restored.notes, *left_out, *limits.notes(told, rooms.settings)),
        ),
        cells=_cells(restored, told.cells, stopped),
        recorded=recorded,
    )
    return Executed(
        evidence=Evidence(record=evidence, arrays=arrays),
        notebook=_with_outputs(restored.notebook, told.cells),
    )


def _beside(folder: Path | None) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The other files of a submission, without links and without notebooks."""
    files: dict[str, bytes] = {}
    left = MOST_BESIDE
    for path in sorted(folder.rglob("*")) if folder else []:
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        left -= path.stat().st_size
        if left < 0:
            note = f"Of its other files those from {path.name[:60]} on were left out."
            return files, (note,)
        files[str(path.relative_to(folder or path))] = path.read_bytes()
    return files, ()


def _cells(restored: Restored, ran: Mapping[int, Ran], stopped: Stopped | None) -> tuple[Cell, ...]:
    return tuple(
        _cell(index, cell, ran.get(index), restored, stopped)
        for index, cell in enumerate(restored.notebook.cells)
        if cell.cell_type == "code"
    )


def _cell(
    index: int, cell: NotebookNode, ran: Ran | None, restored: Restored, stopped: Stopped | None
) -> Cell:
    name = grade_id(cell)
    told = Cell(index=index, cell_id=cell.id[:300], grade_id=name, changed=name in restored.changed)
    if ran is None:
        return told
    if ran.status == "running":
        stopped = stopped or Stopped("it did not end")
        ename = "DeadKernelError" if stopped.cell == "error" else "CellTimeoutError"
        return msgspec.structs.replace(told, status=stopped.cell, ename=ename, evalue=stopped.why)
    return msgspec.structs.replace(
        told, status=ran.status, ename=ran.ename, evalue=ran.evalue, seconds=ran.seconds
    )


def _with_outputs(notebook: NotebookNode, ran: Mapping[int, Ran]) -> NotebookNode:
    for count, index in enumerate(sorted(ran), start=1):
        cell = notebook.cells[index]
        cell.outputs = [nbformat.from_dict(one) for one in ran[index].outputs]
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook
