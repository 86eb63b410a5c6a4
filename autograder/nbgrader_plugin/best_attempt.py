"""The best of several submissions of a student counts, if the course wants that.

nbgrader collects and grades the last one. With ``c.Autograder.keep = "best"`` another submission
replaces an earlier one in the gradebook, and under ``autograded/``, only if it is worth no less,
including late penalties and manual scores. Submissions are identified by the times at which they
were handed in. The earlier one keeps the points it was given: its evidence is gone, so a check that
has changed since then cannot judge it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import SubmittedAssignment
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from autograder.nbgrader_plugin.preprocessor_runner import AutogradeSteps, RecordedGrades
from autograder.reports import phrases


@dataclass(frozen=True, kw_only=True)
class EarlierAttempt:
    """What the gradebook holds of a student: when it was handed in, and what it is worth."""

    time: datetime
    worth: float

    def reason_to_keep(self, one: RecordedGrades, steps: AutogradeSteps) -> str | None:
        """Return why it stays although another was graded; ``None`` if the other one counts."""
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


def earlier_attempt(submission: SubmittedAssignment) -> EarlierAttempt | None:
    """Return what the gradebook holds before another submission; ``None`` if it cannot be kept.

    If the assignment has got another question since then, the two scores cannot be compared.
    """
    grades = [grade for own in submission.notebooks for grade in own.grades]
    if submission.timestamp is None or not all(inspect(grade).persistent for grade in grades):
        return None
    penalty = sum(own.late_submission_penalty or 0.0 for own in submission.notebooks)
    return EarlierAttempt(time=submission.timestamp, worth=_score(submission) - penalty)


def undo(db: Session, submission: SubmittedAssignment) -> None:
    """Undo what was recorded and not sent to the database yet."""
    rows: list[Any] = [submission]
    for own in submission.notebooks:
        rows += [own, *own.grades, *own.comments]
    for row in rows:
        db.expire(row)


def _score(submission: SubmittedAssignment) -> float:
    """Return the points including manual scores and extra credit, as nbgrader sums them."""
    total = 0.0
    for own in submission.notebooks:
        for grade in own.grades:
            given = grade.auto_score if grade.manual_score is None else grade.manual_score
            total += (given or 0.0) + (grade.extra_credit or 0.0)
    return total
