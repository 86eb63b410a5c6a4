"""The runs of a class before anybody grades it: who grades one after the other finds them."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.grading.discovery import Submission
from autograder.grading.scheduler import Scheduler


class RunsAhead(Scheduler):
    """Runs one class and judges nothing: whoever grades it one by one finds the runs."""

    def _judge(self) -> Iterator[Report]:
        plans = [
            *(completed.plan for completed in self._ready),
            *(plan for plan, _ in self._failed),
        ]
        self._ready.clear()
        self._failed.clear()
        yield from (_unjudged(plan.submission) for plan in plans)

    def _failure(
        self,
        submission: Submission,
        lesson: Lesson,  # noqa: ARG002  the same arguments
        results_folder: str,  # noqa: ARG002
        error: Exception,  # noqa: ARG002
    ) -> Report:
        """Write nothing: who grades it meets the same error again."""
        return _unjudged(submission)


def _unjudged(submission: Submission) -> Report:
    return Report(name=submission.name, notebook=submission.notebook)
