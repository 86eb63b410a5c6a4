"""Evidence: a record and its arrays, with the look-ups that checks need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import msgspec

from autograder.core.errors import EvidenceError
from autograder.core.evidence.archive import Arrays
from autograder.core.evidence.record import (
    MAX_NOTES,
    Answer,
    Cell,
    Fit,
    Record,
    Recorded,
    Run,
    SubmissionRecord,
)

# The outputs of cells as nbformat 4 has them, by the number of the code cell.
Outputs = Mapping[int, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a run left: a record, its arrays, and the outputs of the cells.

    The run may have been another submission's. :meth:`of` adds what is a submission's own.
    """

    record: Record
    arrays: Arrays = field(default_factory=dict)
    outputs: Outputs = field(default_factory=dict)

    def of(self, submission: SubmissionRecord) -> Self:
        """Return the evidence of one submission: with its notes and the names of its cells.

        Raises:
            EvidenceError: it is the evidence of another run.
        """
        if (submission.job, len(submission.cells)) != (self.run.job, len(self.record.cells)):
            raise EvidenceError("This evidence is of another run. Run the submission again.")
        run = msgspec.structs.replace(
            self.run,
            lesson=submission.lesson,
            shared=submission.shared,
            notes=(*submission.notes, *self.run.notes)[:MAX_NOTES],
        )
        cells = (
            msgspec.structs.replace(ran, **msgspec.structs.asdict(own))
            for ran, own in zip(self.record.cells, submission.cells, strict=True)
        )
        record = msgspec.structs.replace(self.record, run=run, cells=tuple(cells))
        return replace(self, record=record)

    @property
    def run(self) -> Run:
        """The run as seen from outside."""
        return self.record.run

    @property
    def recorded(self) -> Recorded | None:
        """The data of the recorder in the kernel, ``None`` where it never got that far."""
        return self.record.recorded

    def cell(self, grade_id: str) -> Cell | None:
        """Return the cell with this ``grade_id``, ``None`` where there is none."""
        return next((cell for cell in self.record.cells if cell.grade_id == grade_id), None)

    def answer(self, question: str) -> Answer | None:
        """Return the last answer to a question: if a cell ran twice, the second run counts."""
        answers = self.recorded.answers if self.recorded else ()
        return next((one for one in reversed(answers) if one.question == question), None)

    def fits(self, model: int) -> tuple[Fit, ...]:
        """Return the calls of ``fit`` on one model, in order.

        They begin with those on other objects from whose weights its first one went on, as where a
        model is saved, loaded and trained further.
        """
        fits = self.recorded.fits if self.recorded else ()
        found = tuple(fit for fit in fits if fit.model == model)
        # Not by recursion: a record may tell of a thousand trainings, each of another object.
        while found and (origin := _origin(found[0], fits)):
            before = (one for one in fits if one.model == origin.model)
            found = (*(one for one in before if one.number <= origin.number), *found)
        return found


def _origin(first: Fit, fits: Sequence[Fit]) -> Fit | None:
    """Return the last training of another object that left the weights with which one began."""
    earlier = (
        one
        for one in reversed(fits)
        if one.number < first.number and one.model != first.model and first.start in one.states
    )
    return next(earlier, None) if first.start else None
