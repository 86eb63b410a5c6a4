"""What ``nbgrader autograde`` takes of a submission to a lesson: a notebook, and ordinary files."""

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


def limit_what_is_taken() -> None:
    """Let ``nbgrader autograde`` take a lesson's notebook, whatever it is called, and no links.

    nbgrader would copy the file that a link stands for. Its settings can ignore files by name
    only, and are read before there is a submission; its one hook is left to the course.
    """
    if not hasattr(Autograde.init_assignment, "__wrapped__"):
        Autograde.init_assignment = _limited(Autograde.init_assignment)
        CourseDirectory.get_existing_timestamp = _of_a_file(CourseDirectory.get_existing_timestamp)


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


def _of_a_file(timed: Timed) -> Timed:
    """Take the time from an ordinary file only: at a pipe nbgrader would wait for ever."""

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
