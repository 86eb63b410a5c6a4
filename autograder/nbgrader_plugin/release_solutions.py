"""The release of the solution to students, once nobody can hand in any more."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory

from autograder.core.config import Course
from autograder.core.errors import CourseError, writing
from autograder.core.lesson import Lesson
from autograder.core.text import plural
from autograder.nbgrader_plugin.course_config import (
    COURSE_ID,
    course_directory,
    database_errors,
    open_gradebook,
)

SUFFIX = "-solution"


@dataclass(frozen=True, kw_only=True)
class Release:
    """A solution that may be published: nobody can hand in for its lesson any more.

    ``folder`` is the folder that it is copied into, ``None`` for nbgrader's exchange.
    """

    lesson: Lesson
    solution: Path
    directory: CourseDirectory
    folder: Path | None = None

    @classmethod
    def of(cls, course: Course, lesson: Lesson, folder: Path | None = None) -> Release:
        """Return the release of a lesson's solution; publish nothing.

        Raises:
            CourseError: somebody can still hand in, or that is unknown; or there is no solution.
        """
        root = course.folder()
        solution = root / "solutions" / lesson.name
        if not (solution / lesson.notebook).is_file():
            raise CourseError(
                f"There is no {solution / lesson.notebook}. Run `autograder generate` first."
            )
        directory = course_directory(root)
        _wait_for(lesson, *_last_day(directory, lesson))
        return cls(lesson=lesson, solution=solution, directory=directory, folder=folder)

    @property
    def planned(self) -> str:
        """What publishing would do, as a sentence."""
        where = "the exchange" if self.folder is None else self.folder / self.lesson.name
        return f"{self.lesson.name}: would be published in {where}."

    def publish(self) -> str:
        """Copy the solution into the folder, or release it as its own assignment; return where.

        Raises:
            CourseError: the exchange does not take it.
            ResultsError: it cannot be written.
        """
        if self.folder is None:
            return _release(self.directory, self.lesson, self.solution)
        with writing():
            shutil.copytree(self.solution, self.folder / self.lesson.name, dirs_exist_ok=True)
        return f"{self.folder / self.lesson.name}: written."


def withdraw(course: Course, lesson: Lesson, folder: Path | None, *, dry_run: bool) -> str:
    """Remove a published solution from a folder or the exchange; return a sentence on it.

    In a folder only the files of the solution are removed.

    Raises:
        CourseError: the exchange does not allow it.
        ResultsError: a file cannot be removed.
    """
    root = course.folder()
    would = "would be removed" if dry_run else "removed"
    if folder is None:
        return _withdraw_from_exchange(course_directory(root), lesson, dry_run=dry_run)
    solution = root / "solutions" / lesson.name
    names = [one.relative_to(solution) for one in solution.rglob("*") if one.is_file()]
    published = [folder / lesson.name / name for name in names]
    found = [one for one in published if one.is_file()]
    with writing():
        for one in found if not dry_run else ():
            one.unlink()
    return f"{folder / lesson.name}: {plural(len(found), 'file')} {would}."


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


def _wait_for(lesson: Lesson, last: datetime, why: str) -> None:
    if datetime.now(UTC).replace(tzinfo=None) < last:
        raise CourseError(
            f"The solution of {lesson.name} can be published from {last:%Y-%m-%d %H:%M} UTC on:"
            f" {why}."
        )


def _release(directory: CourseDirectory, lesson: Lesson, solutions: Path) -> str:
    """Release the solution through the exchange that the course uses."""
    name = f"{lesson.name}{SUFFIX}"
    with tempfile.TemporaryDirectory() as folder:
        stage = _stage(folder, directory, name)
        shutil.copytree(solutions, Path(stage.format_path(stage.release_directory, ".", name)))
        release = ExchangeFactory(config=directory.config).ReleaseAssignment
        try:
            release(coursedir=stage, config=directory.config, force=True).start()
        except ExchangeError as error:
            raise CourseError(f"The exchange does not take the solution: {error}") from error
    return f"{name}: released; students fetch it as they fetch an assignment."


def _withdraw_from_exchange(directory: CourseDirectory, lesson: Lesson, *, dry_run: bool) -> str:
    name = f"{lesson.name}{SUFFIX}"
    with tempfile.TemporaryDirectory() as folder:
        stage = _stage(folder, directory, name)
        # Nobody's in particular: else nbgrader asks which courses the student has.
        stage.student_id = ""
        released = ExchangeFactory(config=directory.config).List
        listing = released(coursedir=stage, config=directory.config, remove=not dry_run)
        try:
            found = listing.start()
        except (ExchangeError, OSError) as error:
            raise CourseError(f"The exchange does not give it back: {error}") from error
    if not found:
        return f"{name}: is not released."
    return f"{name}: {'would be removed' if dry_run else 'removed'} from the exchange."


def _stage(folder: str, directory: CourseDirectory, name: str) -> CourseDirectory:
    """Return a course of one assignment in a folder, for the course's own exchange."""
    return CourseDirectory(
        root=folder,
        course_id=directory.course_id or COURSE_ID,
        assignment_id=name,
        config=directory.config,
    )
