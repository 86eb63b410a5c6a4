"""Extensions for single students, also for those who have not handed in yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from nbgrader.api import Gradebook, InvalidEntry, MissingEntry

from autograder.core.config import Course
from autograder.core.errors import CourseError
from autograder.core.lesson import Lesson
from autograder.nbgrader_plugin.course_config import GENERATE, gradebook_of


def extend(course: Course, student: str, lesson: Lesson, longer: timedelta) -> datetime:
    """Extend a student's due date; return the new one, in UTC.

    nbgrader stores the length, not the date: another extension replaces an earlier one, and one
    of no length removes it.

    Raises:
        CourseError: there is no gradebook, no such student in it, or no due date.
    """
    with gradebook_of(course.folder()) as gradebook:
        due = _due(gradebook, lesson)
        _extend(gradebook, student, lesson, longer)
    return due + longer


def _due(gradebook: Gradebook, lesson: Lesson) -> datetime:
    try:
        due: datetime | None = gradebook.find_assignment(lesson.name).duedate
    except MissingEntry as error:
        raise CourseError(f"{lesson.name} is not in the gradebook yet. {GENERATE}") from error
    if due is None:
        raise CourseError(
            f"The gradebook has no due date for {lesson.name} that could be extended. Set one in"
            f" the formgrader, or with `nbgrader db assignment add {lesson.name} --duedate=…`."
        )
    return due


def _extend(gradebook: Gradebook, student: str, lesson: Lesson, longer: timedelta) -> None:
    try:
        gradebook.find_student(student)
    except MissingEntry as error:
        raise CourseError(
            f"There is no student “{student}” in the gradebook. Students come in through the"
            f" formgrader, or with `nbgrader db student add {student}`."
        ) from error
    try:
        # nbgrader stores an extension in the row of the submission, which is made if missing.
        # It queries rows while it makes some.
        with gradebook.db.no_autoflush:
            gradebook.update_or_create_submission(lesson.name, student, extension=longer or None)
    except InvalidEntry as error:
        raise CourseError(f"The extension cannot be entered: {error}") from error
