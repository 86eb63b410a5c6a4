"""Of several submissions of a student the best counts, where the course wants it so.

nbgrader collects and grades the last one. With ``c.Autograder.keep = "best"`` another submission
takes the place of an earlier one in the gradebook, and under ``autograded/``, only where it is
worth no less, late penalties and what a person entered included. Submissions are told apart by
the times at which they were handed in. The points of the earlier one are those it was given: its
evidence is gone, so that a check which changed since then cannot judge it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import SubmittedAssignment
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from autograder.nbgrader_plugin.preprocessor_runner import RecordedGrades, Steps
from autograder.reports import phrases


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What the gradebook holds of a student: when it was handed in, and what it is worth."""

    time: datetime
    worth: float

    def outdoes(self, one: RecordedGrades, steps: Steps) -> str | None:
        """Why it stays although another submission was graded; ``None`` where that one counts."""
        time: datetime | None = one.submission.timestamp
        if time is None or time == self.time:
            return None
        score = _score(one.submission)
        worth = score - steps.late_penalty(one, score)
        if worth >= self.worth:
            return None
        return (
            f"the submission of {self.time:%Y-%m-%d %H:%M} UTC stays in the gradebook, with"
            f" {phrases.number(self.worth)} points; that of {time:%Y-%m-%d %H:%M} UTC has"
            f" {phrases.number(worth)}."
        )


def earlier(submission: SubmittedAssignment) -> Earlier | None:
    """What is there before another submission is recorded; ``None`` where nothing can be kept.

    Where the assignment has got another question since then, two scores say different things.
    """
    grades = [grade for own in submission.notebooks for grade in own.grades]
    if submission.timestamp is None or not all(inspect(grade).persistent for grade in grades):
        return None
    penalty = sum(own.late_submission_penalty or 0.0 for own in submission.notebooks)
    return Earlier(time=submission.timestamp, worth=_score(submission) - penalty)


def undo(db: Session, submission: SubmittedAssignment) -> None:
    """Take back what was recorded and not sent to the database yet."""
    rows: list[Any] = [submission]
    for own in submission.notebooks:
        rows += [own, *own.grades, *own.comments]
    for row in rows:
        db.expire(row)


def _score(submission: SubmittedAssignment) -> float:
    """The points with what a person entered, as nbgrader sums them."""
    total = 0.0
    for own in submission.notebooks:
        for grade in own.grades:
            given = grade.auto_score if grade.manual_score is None else grade.manual_score
            total += (given or 0.0) + (grade.extra_credit or 0.0)
    return total
