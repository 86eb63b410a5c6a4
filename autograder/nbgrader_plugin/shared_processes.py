"""What lasts as long as nbgrader's process: it converts one submission after the other in it."""

from __future__ import annotations

import atexit
import functools

from autograder.core.config import Course
from autograder.grading.grader import Grader
from autograder.grading.limited_process import LimitedProcess
from autograder.nbgrader_plugin.lessons import grader_for


def grader(course: Course) -> Grader:
    """Return the grader of a course; its sandboxes and its judge are started once.

    Raises:
        DatasetError: the images are missing.
    """
    return _started(grader_for(course))


@functools.cache
def _started(grader: Grader) -> Grader:
    atexit.register(grader.__exit__)
    return grader


@functools.cache
def reader() -> LimitedProcess:
    """Return the process that reads what students wrote."""
    made = LimitedProcess()
    atexit.register(made.close)
    return made
