"""A notebook in, evidence out: run once, in a process that is ended when its time is up."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder import dataset
from autograder.course import Settings
from autograder.evidence import Cell, Evidence, Record, Run
from autograder.execution.job import Job, Ran
from autograder.execution.left import ran_in, recorded_in
from autograder.execution.restore import Restored, grade_id
from autograder.execution.run import CancelledError, Stopped, run
from autograder.lesson import Lesson

__all__ = ["CancelledError", "Executed", "execute"]

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
    settings: Settings,
    *,
    data_home: Path,
    beside: Path | None = None,
    cancel: threading.Event | None = None,
) -> Executed:
    """Run a notebook once.

    Args:
        restored: the notebook, our own cells put right.
        lesson: what it belongs to.
        settings: the limits and the seed.
        data_home: the Keras home with the images; they are copied.
        beside: the folder of the submission; its other files are copied beside the notebook.
        cancel: once it is set, the run is given up.

    Raises:
        RuntimeError: it could not be run, and the notebook is not to blame.
        CancelledError: it was given up.
    """
    began = time.monotonic()
    # Resolved: on macOS the temporary folder lies behind a link.
    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as scratch:
        room = Path(scratch).resolve()
        _prepare(room, restored, settings)
        data = _provide(room, data_home)
        notes = (*restored.notes, *_copy_beside(beside, room / "work"))
        stopped = run(room, settings, cancel)
        ran = ran_in(room / "ran", len(restored.notebook.cells))
        recorded, arrays, trouble = recorded_in(room / "evidence")
    cells = _cells(restored, ran, stopped)
    evidence = Record(
        run=Run(
            lesson=lesson.name,
            data="sample" if data == "sample" else "full",
            isolation="none",
            seconds=time.monotonic() - began,
            seed=settings.seed,
            stopped=stopped.why if stopped else None,
            trouble=trouble,
            limits=("time",) if any(cell.status == "timeout" for cell in cells) else (),
            notes=notes,
        ),
        cells=cells,
        recorded=recorded,
    )
    return Executed(
        evidence=Evidence(record=evidence, arrays=arrays),
        notebook=_with_outputs(restored.notebook, ran),
    )


def _prepare(room: Path, restored: Restored, settings: Settings) -> None:
    for name in ("home", "work", "evidence"):
        (room / name).mkdir()
    nbformat.write(restored.notebook, room / "notebook.ipynb")
    prelude = PRELUDE.format(seed=settings.seed)
    job = Job(path=str(room / "work"), cell_seconds=settings.cell_seconds, prelude=prelude)
    (room / "job.json").write_bytes(msgspec.json.encode(job))


def _provide(room: Path, data_home: Path) -> str:
    """Copy the images, which another submission must not find changed; which they are."""
    folder = dataset.data_folder(room / "home" / "keras")
    folder.mkdir(parents=True)
    for file in dataset.FILES:
        shutil.copyfile(dataset.data_folder(data_home) / file.name, folder / file.name)
    return dataset.verify(folder)


def _copy_beside(source: Path | None, target: Path) -> tuple[str, ...]:
    """Copy the other files of a submission, without links and without notebooks."""
    left = MOST_BESIDE
    for path in sorted(source.rglob("*")) if source else []:
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        left -= path.stat().st_size
        if left < 0:
            return (f"Of its other files those from {path.name[:60]} on were left out.",)
        place = target / path.relative_to(source or path)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return ()


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
    return msgspec.structs.replace(told, status=ran.status, ename=ran.ename, evalue=ran.evalue)


def _with_outputs(notebook: NotebookNode, ran: Mapping[int, Ran]) -> NotebookNode:
    for count, index in enumerate(sorted(ran), start=1):
        cell = notebook.cells[index]
        cell.outputs = [nbformat.from_dict(one) for one in ran[index].outputs]
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook
