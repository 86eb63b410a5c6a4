"""Runs made by hand: what a sandbox would leave, without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from nbformat import NotebookNode

from autograder.core.config import Settings
from autograder.core.evidence import (
    Cell,
    Evidence,
    SubmissionCell,
    SubmissionRecord,
    pack_arrays,
    save,
)
from autograder.core.lesson import Lesson
from autograder.notebooks.restore import Restored
from autograder.sandbox.job_runner import submission_record, with_outputs
from autograder.sandbox.protocol import CellResult, EvidenceUpdate, Job
from autograder.sandbox.result import Conditions, Stopped, evidence_of
from support.evidence_builder import Submission

PLAIN = Settings(isolation="none")


def save_alone(evidence: Evidence, folder: Path) -> None:
    """Save evidence whose record says already whose it is."""
    cells = tuple(
        SubmissionCell(
            index=one.index,
            cell_id=one.cell_id,
            grade_id=one.grade_id,
            changed=one.changed,
            follows=one.follows,
        )
        for one in evidence.record.cells
    )
    run = evidence.run
    own = SubmissionRecord(lesson=run.lesson, job=run.job, shared=run.shared, cells=cells)
    save(evidence, own, folder)


@dataclass(frozen=True)
class Shown:
    """The evidence of a submission, and its notebook with the outputs of the run."""

    evidence: Evidence
    notebook: NotebookNode


def shown(restored: Restored, lesson: Lesson, evidence: Evidence) -> Shown:
    """Return what the grader makes of a run."""
    own = msgspec.structs.replace(submission_record(restored, lesson.name), job=evidence.run.job)
    return Shown(evidence.of(own), with_outputs(restored.notebook, evidence.outputs))


def ran(
    cells: Mapping[int, CellResult],
    update: EvidenceUpdate | None = None,
    *,
    conditions: Conditions | None = None,
    stopped: Stopped | None = None,
    seconds: float = 3.0,
) -> Evidence:
    """Return the evidence of a run with these results of cells."""
    number = max(cells, default=-1) + 1
    job = Job(cells=[""] * number, files={}, prelude="", settings=PLAIN)
    conditions = conditions or Conditions(data="sample")
    update = update or EvidenceUpdate()
    return evidence_of(
        job, dict(cells), update, conditions=conditions, stopped=stopped, seconds=seconds
    )


def update_of(work: Submission | None = None) -> EvidenceUpdate:
    """Return what the recorder writes of this work."""
    evidence = (work or Submission()).evidence()
    return EvidenceUpdate(
        recorded=msgspec.json.encode(evidence.recorded), arrays=pack_arrays(evidence.arrays)
    )


def run_of(evidence: Evidence, job: Job) -> Evidence:
    """Return evidence as if it were of this job: with its program, and as many cells."""
    record = evidence.record
    cells = [*record.cells, *(Cell(index=one) for one in range(len(job.cells)))][: len(job.cells)]
    changed = msgspec.structs.replace(
        record,
        run=msgspec.structs.replace(record.run, program=job.program, job=job.digest),
        cells=tuple(cells),
    )
    return Evidence(record=changed, arrays=evidence.arrays, outputs=evidence.outputs)
