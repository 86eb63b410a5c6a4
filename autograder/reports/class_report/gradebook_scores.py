"""What a gradebook counts, where a person gave points or lateness took some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.core.report import Report
from autograder.reports import phrases


@dataclass(frozen=True, kw_only=True)
class GradebookScores:
    """What a gradebook says of one student.

    ``score`` is what counts, of ``most``, with the late ``penalty`` taken off; ``None`` where
    nothing was handed in. ``by_hand``: a person gave some of it. ``name`` is the student's own,
    empty where it is not known.
    """

    score: float | None
    most: float
    penalty: float = 0.0
    by_hand: bool = False
    name: str = ""

    @property
    def why(self) -> str:
        """Why it is perhaps not what the judge said; nothing where no reason is known."""
        late = [f"−{phrases.number(self.penalty)} late"] if self.penalty else []
        return ", ".join([*late, *(["by hand"] if self.by_hand else [])])


# By the name that a report and a gradebook have of a student.
Gradebook = Mapping[str, GradebookScores]


def differs(reports: Sequence[Report], gradebook: Gradebook) -> bool:
    """Whether the gradebook counts for anybody something else than the judge's points."""
    return any(
        (known := gradebook.get(one.name)) is not None
        and (known.score is None or abs(known.score - one.score) > 1e-6 or known.why)
        for one in reports
    )


def absent(reports: Sequence[Report], gradebook: Gradebook) -> list[tuple[str, GradebookScores]]:
    """Who is in the gradebook and has handed in nothing, by name."""
    there = {one.name for one in reports}
    found = [
        (student, one)
        for student, one in gradebook.items()
        if one.score is None and student not in there
    ]
    return sorted(found, key=lambda pair: ((pair[1].name or pair[0]).casefold(), pair[0]))
