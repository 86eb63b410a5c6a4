"""Errors that are shown on the command line, each in one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class AutograderError(Exception):
    """An error that the caller can fix; the message says how."""


class UsageError(AutograderError):
    """The command was called in a way that cannot work."""


class DatasetError(AutograderError):
    """The images are missing or are not what they should be."""


class EvidenceError(AutograderError):
    """Evidence that cannot be read, and why."""


class LessonError(AutograderError):
    """There is no such lesson, or its notebook does not fit its description."""


class CourseError(AutograderError):
    """The course's configuration is not right."""


class EmptyGradebook(CourseError):
    """The course has no gradebook yet, or nobody has a grade in it: nothing is wrong with that."""


class SubmissionError(AutograderError):
    """A submission that cannot be run, and why."""


class ResultsError(AutograderError):
    """Results cannot be written, and why."""


class IsolationError(AutograderError):
    """Submissions cannot be kept apart on this machine, and why."""


class ClusterError(AutograderError):
    """A cluster cannot be used, or was lost, and why."""


class JudgeError(RuntimeError):
    """The judge itself failed: our fault, never the student's, so its traceback is shown."""


class StudyError(AutograderError):
    """A study cannot be made, or what is published does not agree with it, and why."""


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Report as a :class:`ResultsError` whatever the system refuses while results are written.

    Raises:
        ResultsError: something could not be written.
    """
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"The results cannot be written: {error.strerror or error} ({error.filename}). What"
            " was finished is kept; fix that, then run the same command again to resume."
        ) from error
