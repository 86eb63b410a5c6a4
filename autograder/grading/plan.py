"""A submission that was read and put right, and what is to be run for it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from autograder.core.evidence import Evidence, SubmissionRecord
from autograder.core.lesson import Lesson
from autograder.grading.cache_key import CacheKeys
from autograder.grading.discovery import Submission
from autograder.notebooks.restore import Restored
from autograder.sandbox.protocol import Job


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be run for a submission; ``keys`` tell which runs may stand in for it.

    ``results_folder`` is the folder for its results, and ``record`` what the submission adds to
    the evidence of whichever run serves for it. ``first`` is the run that went before, where this
    is the one with the solution in the place of what could not be used.
    """

    submission: Submission
    lesson: Lesson
    results_folder: str
    restored: Restored
    record: SubmissionRecord
    job: Job
    keys: CacheKeys
    first: CompletedRun | None = None

    def record_for(self, evidence: Evidence, *, shared: bool) -> SubmissionRecord:
        """Return the record of the submission beside the evidence of a run."""
        return msgspec.structs.replace(self.record, job=evidence.run.job, shared=shared)


@dataclass(frozen=True, kw_only=True)
class CompletedRun:
    """A submission that was run. ``shared``: the run was another submission's.

    ``followed`` is the run with the solution in the place of what could not be used, if any.
    """

    plan: Plan
    evidence: Evidence
    shared: bool = False
    followed: Evidence | None = None
