"""A submission that was read and put right, and what is to be run for it."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.execution import Job
from autograder.execution.restore import Restored
from autograder.grading.sharing import Keys
from autograder.lesson import Lesson
from autograder.submissions import Submission


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be run for a submission; ``keys`` tell which runs may stand in for it.

    ``place`` is the folder for its results.
    """

    submission: Submission
    lesson: Lesson
    place: str
    restored: Restored
    job: Job
    keys: Keys
