"""An extension for one student, also for one who has handed in nothing yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from nbgrader.api import Gradebook, InvalidEntry, MissingEntry

from autograder.core.config import Course
from autograder.core.errors import CourseError
from autograder.core.lesson import Lesson
from autograder.nbgrader_plugin.config import (
    GENERATE,
    course_directory,
    explained,
    open_gradebook,
)


def extend(course: Course, student: str, lesson: Lesson, longer: timedelta) -> datetime:
    """Give a student so much longer than the due date; when they have to hand in, in UTC.

    nbgrader keeps how much longer, not until when: another extension takes the place of an
    earlier one, and one of no length takes it back.

    Raises:
        CourseError: there is no gradebook, no such student in it, or no due date.
    """
    directory = course_directory(course.folder())
    with explained(directory.db_url), open_gradebook(directory) as gradebook:
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
        # nbgrader keeps an extension with the submission; the row of one is made where none is.
        # It asks for rows while it makes some.
        with gradebook.db.no_autoflush:
            gradebook.update_or_create_submission(lesson.name, student, extension=longer or None)
    except InvalidEntry as error:
        raise CourseError(f"The extension cannot be entered: {error}") from error
