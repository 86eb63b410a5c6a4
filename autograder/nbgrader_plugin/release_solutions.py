"""The release of the solution to students, once nobody can hand in any more."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory

from autograder.core.config import Course
from autograder.core.errors import CourseError, writing
from autograder.core.lesson import Lesson
from autograder.nbgrader_plugin.course_config import (
    COURSE_ID,
    course_directory,
    database_errors,
    open_gradebook,
)

SUFFIX = "-solution"


def publish(course: Course, lesson: Lesson, target: Path | None = None) -> str:
    """Copy the solution into a folder, or release it as its own assignment; return where.

    Raises:
        CourseError: somebody can still hand in, or that is unknown; or there is no solution.
        ResultsError: it cannot be written.
    """
    root = course.folder()
    solutions = root / "solutions" / lesson.name
    if not (solutions / lesson.notebook).is_file():
        raise CourseError(
            f"There is no {solutions / lesson.notebook}. Run `autograder generate` first."
        )
    directory = course_directory(root)
    _wait_for(*_last_day(directory, lesson))
    if target is None:
        return _release(directory, lesson, solutions)
    with writing():
        shutil.copytree(solutions, target / lesson.name, dirs_exist_ok=True)
    return f"{target / lesson.name}: written."


def _last_day(directory: CourseDirectory, lesson: Lesson) -> tuple[datetime, str]:
    """Return the last due date of any student, in UTC as in nbgrader, and the reason for it."""
    with database_errors(directory.db_url), open_gradebook(directory) as gradebook:
        due = {one.name: one.duedate for one in gradebook.assignments}.get(lesson.name)
        if due is None:
            raise CourseError(
                f"The gradebook has no due date for {lesson.name}. Set one in the formgrader, or"
                f" with `nbgrader db assignment add {lesson.name} --duedate=…`."
            )
        extended = [
            (one.duedate, f"{one.student_id} has an extension")
            for one in gradebook.assignment_submissions(lesson.name)
            if one.extension is not None
        ]
    return max([(due, "that is the due date"), *extended])


def _wait_for(last: datetime, why: str) -> None:
    if datetime.now(UTC).replace(tzinfo=None) < last:
        raise CourseError(
            f"The solution stays here until {last:%Y-%m-%d %H:%M} UTC: {why}. Publish it after"
            " that."
        )


def _release(directory: CourseDirectory, lesson: Lesson, solutions: Path) -> str:
    """Release the solution through the exchange that the course uses."""
    name = f"{lesson.name}{SUFFIX}"
    with tempfile.TemporaryDirectory() as folder:
        stage = CourseDirectory(
            root=folder,
            course_id=directory.course_id or COURSE_ID,
            assignment_id=name,
            config=directory.config,
        )
        shutil.copytree(solutions, Path(stage.format_path(stage.release_directory, ".", name)))
        release = ExchangeFactory(config=directory.config).ReleaseAssignment
        try:
            release(coursedir=stage, config=directory.config, force=True).start()
        except ExchangeError as error:
            raise CourseError(f"The exchange does not take the solution: {error}") from error
    return f"{name}: released; students fetch it as they fetch an assignment."
