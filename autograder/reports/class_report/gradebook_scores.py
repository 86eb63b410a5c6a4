"""The scores in a gradebook, with manual scores and late penalties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.core.report import Report
from autograder.reports import phrases


@dataclass(frozen=True, kw_only=True)
class GradebookScores:
    """The scores of one student in a gradebook.

    ``score`` is the score that counts, of ``max_score``, after the late ``penalty``; ``None`` where
    nothing was handed in. ``late``: it was handed in after the due date, with or without a penalty.
    ``by_hand``: some of it is a manual score. ``name`` is the student's own name, empty where it is
    unknown.
    """

    score: float | None
    max_score: float
    penalty: float = 0.0
    late: bool = False
    by_hand: bool = False
    name: str = ""

    @property
    def why(self) -> str:
        """Why the score may differ from the judge's; empty where no reason is known."""
        late = ["late"] if self.late else []
        if self.penalty:
            late = [f"−{phrases.number(self.penalty)} late"]
        return ", ".join([*late, *(["by hand"] if self.by_hand else [])])


# By the student id, which reports and the gradebook share.
Gradebook = Mapping[str, GradebookScores]


def differs(reports: Sequence[Report], gradebook: Gradebook) -> bool:
    """Return whether any score in the gradebook differs from the judge's points."""
    return any(
        (known := gradebook.get(one.name)) is not None
        and (known.score is None or abs(known.score - one.score) > 1e-6 or known.why)
        for one in reports
    )


def absent(reports: Sequence[Report], gradebook: Gradebook) -> list[tuple[str, GradebookScores]]:
    """Return the students in the gradebook who handed in nothing, sorted by name."""
    there = {one.name for one in reports}
    found = [
        (student, one)
        for student, one in gradebook.items()
        if one.score is None and student not in there
    ]
    return sorted(found, key=lambda pair: ((pair[1].name or pair[0]).casefold(), pair[0]))
