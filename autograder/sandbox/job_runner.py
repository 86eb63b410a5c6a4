"""A notebook in, evidence out: run once, isolated from everything else, within limits."""

from __future__ import annotations

import contextlib
import functools
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder import datasets
from autograder.core.config import Settings
from autograder.core.evidence import (
    MAX_NOTES,
    Evidence,
    Outputs,
    SubmissionCell,
    SubmissionRecord,
    shortened,
)
from autograder.notebooks.data_flow import DataFlow
from autograder.notebooks.names import defined_in
from autograder.notebooks.normalize import program_digest, program_of
from autograder.notebooks.restore import Restored, grade_id
from autograder.sandbox import replay_check
from autograder.sandbox.extra_files import collect_extra_files
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import Job
from autograder.sandbox.result import Conditions, evidence_of
from autograder.sandbox.run_state import ending

# A notebook that was ended this many times may itself be the cause.
MAX_TIMES = 3
# Seeds, so that a second run says the same. The student's own modules come last: one that is
# called numpy.py must not take the place of another.
# The devices are listed before any cell could hide a GPU through the environment.
PRELUDE = """\
import sys as _sys
import keras as _keras
import tensorflow as _tensorflow
from autograder.kernel.recorder.originals import keras_as_loaded as _keras_as_loaded
_keras_as_loaded()
_keras.utils.set_random_seed({seed})
_tensorflow.config.list_physical_devices()
_sys.path.append("")
del _keras, _keras_as_loaded, _tensorflow, _sys
"""


def prepare(
    restored: Restored,
    settings: Settings,
    folder: Path | None = None,
    dataset: str = "",
    *,
    student: str = "",
) -> tuple[Job, tuple[str, ...]]:
    """Return what is needed to run a notebook anywhere, and notes on what was left out.

    A cell that does the same as one of the lesson's is run as it stands in the release, so that
    nothing depends on who was the first to write it otherwise.

    Args:
        restored: the notebook, with the lesson's own cells restored.
        settings: the limits and the seed.
        folder: the folder of the submission; its other files are put beside the notebook.
        dataset: the lesson's.
        student: whose seed is set, where each has one.
    """
    settings = settings.for_student(student)
    files, left_out = collect_extra_files(folder)
    released = {program_of(source): source for source in sorted(restored.given_code)}
    sources = [cell.source for cell in code_cells(restored.notebook)]
    cells = [released.get(program_of(source), source) for source in sources]
    job = Job(
        cells=cells,
        files=files,
        prelude=PRELUDE.format(seed=settings.seed),
        settings=settings,
        dataset=dataset,
        program=program_digest(cells),
    )
    return job, left_out


def run(job: Job, pool: SandboxPool, cancel: threading.Event | None = None) -> Evidence:
    """Run a job; repeat it where the machine, a person or our own code has ended it.

    Of those that replayed a training some are run once more without, and count where they differ.
    Given up once ``cancel`` is set.

    Raises:
        IsolationError: it cannot be isolated on this machine.
        RuntimeError, OSError: it could not be run, and the notebook is not to blame.
        CancelledError: it was given up.
    """
    cancel = cancel or threading.Event()
    evidence = _run_often(job, pool, cancel)
    if evidence.run.training == "replayed" and replay_check.is_chosen(job.program):
        settings = replace(job.settings, replay=False)
        own = _run_often(msgspec.structs.replace(job, settings=settings), pool, cancel)
        if not own.run.interrupted and not replay_check.is_same(evidence, own):
            run = msgspec.structs.replace(own.run, notes=(*own.run.notes, replay_check.NOTE))
            return replace(own, record=msgspec.structs.replace(own.record, run=run))
    return evidence


def _run_often(job: Job, pool: SandboxPool, cancel: threading.Event) -> Evidence:
    for _ in range(MAX_TIMES - 1):
        # What could not be run, a busy machine may be able to run the next time. That submissions
        # cannot be isolated is no such error, and ends the class at once.
        with contextlib.suppress(OSError, RuntimeError):
            evidence = _run_once(job, pool, cancel)
            if not evidence.run.interrupted:
                return evidence
    return _run_once(job, pool, cancel)


def _run_once(job: Job, pool: SandboxPool, cancel: threading.Event) -> Evidence:
    """Run a job; once more where its time was up, and others may have taken that."""
    evidence, was_disturbed = _run_beside(job, pool, cancel)
    if was_disturbed and "time" in evidence.run.limits:
        evidence, _ = _run_beside(job, pool, cancel, alone=True)
    return evidence


def _run_beside(
    job: Job, pool: SandboxPool, cancel: threading.Event, *, alone: bool = False
) -> tuple[Evidence, bool]:
    """Run a job, and say whether others were on its core for most of its time."""
    with pool.lend(cancel, alone=alone) as (sandbox, turn):
        began = time.monotonic()
        dataset = datasets.named(job.dataset)
        settings = replace(job.settings, replay=job.settings.replay and pool.replays)
        job = msgspec.structs.replace(
            job,
            data=pool.data(dataset),
            id=secrets.token_hex(8),
            settings=settings,
            pictures=dict(pool.pictures),
        )
        train = functools.partial(pool.train, turn=turn)
        on_outputs = pool.add_pictures if job.is_solution else None
        state = sandbox.run(job, cancel, train, on_outputs)
        seconds = time.monotonic() - began
        was_disturbed = turn.was_disturbed
        # A plain process is never warm, and no reason for a remark.
        warm = sandbox.is_warm or not sandbox.is_sealed
    evidence = evidence_of(
        job,
        state.cells,
        state.evidence,
        stopped=ending(state, job.settings.cell_seconds),
        seconds=seconds,
        replays=state.replays,
        conditions=Conditions(isolation=sandbox.level, data=pool.variant(dataset), warm=warm),
    )
    return evidence, was_disturbed


def submission_record(restored: Restored, lesson: str) -> SubmissionRecord:
    """Return the record of a submission, before it is known which run serves for it."""
    return SubmissionRecord(
        lesson=lesson,
        notes=tuple(map(shortened, restored.notes))[:MAX_NOTES],
        cells=tuple(_submission_cells(restored)),
    )


def _submission_cells(restored: Restored) -> Iterator[SubmissionCell]:
    flow = DataFlow()
    for index, cell in enumerate(restored.notebook.cells):
        if cell.cell_type != "code":
            continue
        name, follows = grade_id(cell), flow.follow(cell.source)
        changed = name in restored.changed
        yield SubmissionCell(
            index=index,
            cell_id=cell.id[:300],
            grade_id=name,
            changed=changed,
            defines=defined_in(cell.source) if changed else (),
            follows=follows if changed else None,
        )


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def with_outputs(notebook: NotebookNode, outputs: Outputs) -> NotebookNode:
    """Put the outputs of a run into the cells of a notebook."""
    for number, cell in enumerate(code_cells(notebook)):
        if number not in outputs:
            continue
        cell.outputs = [nbformat.from_dict(one) for one in outputs[number]]
        cell.execution_count = number + 1
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number + 1
    return notebook
