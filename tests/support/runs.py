"""Runs made by hand: what a sandbox would leave, without one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
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
from autograder.core.training import Array, Trained, encoded
from autograder.notebooks.restore import Restored
from autograder.sandbox.job_runner import submission_record, with_outputs
from autograder.sandbox.pool import SandboxPool
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


def trained(seconds: float = 1.0, weights: tuple[Array, ...] = ()) -> bytes:
    """An answer of the trainer."""
    return encoded(
        Trained(
            training_logs=(),
            validation_logs=(),
            weights=weights,
            training_metrics=(),
            validation_metrics=(),
            state=(),
            optimizer_state=(),
            metrics_state=(),
            metrics=(),
            seconds=seconds,
        )
    )


@dataclass
class FakeExecutor:
    """An executor whose runs are made by hand: by a word in the cells, else the usual one."""

    usual: Callable[[], Evidence]
    evidence: dict[str, Evidence | Exception] = field(default_factory=dict)
    # Of a job in which the solution stands for some cells.
    second: Evidence | Exception | None = None
    jobs: list[Job] = field(default_factory=list)
    max_pending: int = 3
    runs_here: bool = True
    stopped: bool = False
    pool: SandboxPool | None = None

    def __call__(self, pool: SandboxPool) -> FakeExecutor:
        self.pool = pool
        return self

    def start(self, job: Job) -> Future[Evidence]:
        self.jobs.append(job)
        source = "\n".join(job.cells)
        answer = next((one for word, one in self.evidence.items() if word in source), None)
        answer = (self.second if job.solutions else answer) or self.usual()
        future: Future[Evidence] = Future()

        def later() -> None:
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                # As the outputs of a real run are seen.
                for outputs in answer.outputs.values() if job.is_solution and self.pool else ():
                    self.pool.add_pictures(outputs)
                future.set_result(run_of(answer, job))

        threading.Timer(0.02, later).start()
        return future

    def stop(self) -> None:
        self.stopped = True
