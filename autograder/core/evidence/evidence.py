"""Evidence: a record and its arrays, with the look-ups that checks need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from autograder.core.evidence.record import Answer, Cell, Fit, Record, Recorded, Run

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A record with its arrays: all that the judge reads."""

    record: Record
    arrays: Arrays = field(default_factory=dict)

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

    def hand_in(self, question: str) -> Answer | None:
        """Return the last hand-in for a question: if a cell ran twice, the second run counts."""
        hand_ins = self.recorded.hand_ins if self.recorded else ()
        return next((one for one in reversed(hand_ins) if one.question == question), None)

    def fits(self, model: int) -> tuple[Fit, ...]:
        """Return the calls of ``fit`` on one model, in order."""
        fits = self.recorded.fits if self.recorded else ()
        return tuple(fit for fit in fits if fit.model == model)
