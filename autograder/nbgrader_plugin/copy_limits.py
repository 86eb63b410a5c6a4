"""The limit on what ``nbgrader autograde`` copies of a submission: a notebook and plain files."""

from __future__ import annotations

import functools
import glob
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.core.regular_files import open_ordinary
from autograder.nbgrader_plugin.autograded_dir import TIMESTAMP
from autograder.sandbox.extra_files import ignored_extra_files

Init = Callable[[Any, str, str], None]
Timed = Callable[[Any, str], datetime | None]


def limit_extra_files() -> None:
    """Let ``nbgrader autograde`` copy a lesson's notebook, whatever its name, and no links.

    nbgrader would copy the target of a link. Its settings can ignore files by name only, and are
    read before there is a submission; its only hook is left to the course.
    """
    if not hasattr(Autograde.init_assignment, "__wrapped__"):
        Autograde.init_assignment = _limited(Autograde.init_assignment)
        CourseDirectory.get_existing_timestamp = _regular(CourseDirectory.get_existing_timestamp)


def _limited(init: Init) -> Init:
    @functools.wraps(init)
    def init_assignment(self: Any, assignment_id: str, student_id: str) -> None:
        if assignment_id not in lesson_names():
            init(self, assignment_id, student_id)
            return
        folder = Path(self._format_source(assignment_id, student_id))
        self.notebooks = [str(folder / load_lesson(assignment_id).notebook)]
        names = sorted(ignored_extra_files(folder))
        before = self.coursedir.ignore
        self.coursedir.ignore = [*before, *map(glob.escape, names)]
        try:
            init(self, assignment_id, student_id)
        finally:
            self.coursedir.ignore = before

    return init_assignment


def _regular(timed: Timed) -> Timed:
    """Read the time from a regular file only: on a pipe nbgrader would wait forever."""

    @functools.wraps(timed)
    def get_existing_timestamp(self: Any, dest_path: str) -> datetime | None:
        path = Path(dest_path) / TIMESTAMP
        try:
            open_ordinary(path).close()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.log.warning("%s is not read: %s.", path, error.strerror)
            return None
        return timed(self, dest_path)

    return get_existing_timestamp
