"""Which lesson a submission is for: by its folder, else its notebook, else the course."""

from __future__ import annotations

from autograder.core.config import Course
from autograder.core.errors import SubmissionError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import guess_lesson, lesson_names, load_lesson, named_lesson
from autograder.grading.discovery import Submission
from autograder.notebooks.reader import ReadNotebook
from autograder.notebooks.restore import grade_id


def by_name(submission: Submission, course: Course) -> Lesson | None:
    """Find the lesson without reading: by the folder, by the file, or as the only one."""
    named = by_folder(submission)
    if named is None and submission.path:
        named = named_lesson(submission.path.stem)
    return named or _only(course)


def by_folder(submission: Submission) -> Lesson | None:
    """Return the lesson after which the folder of a submission is named."""
    return named_lesson(submission.folder.name) if submission.folder else None


def by_notebook(read: ReadNotebook) -> Lesson | None:
    """Return the lesson to which most cells of a notebook belong, else the one it names."""
    names = (name for cell in read.notebook.cells if (name := grade_id(cell)))
    return guess_lesson(names) or named_lesson(read.lesson)


def detect(
    submission: Submission, read: ReadNotebook, course: Course
) -> tuple[Lesson, tuple[str, ...]]:
    """Return the lesson of a submission that was read, and notes on it.

    Raises:
        SubmissionError: nothing names the lesson.
    """
    seen = by_notebook(read)
    lesson = by_folder(submission) or seen or by_name(submission, course)
    if lesson is None:
        raise SubmissionError(
            "It is not clear which lesson this notebook belongs to; name it with --lesson."
        )
    if seen is None or seen.name == lesson.name:
        return lesson, ()
    return lesson, (f"It looks like the notebook of “{seen.title}”.",)


def _only(course: Course) -> Lesson | None:
    """Return the only lesson that the course has released, else the only one there is."""
    known = [load_lesson(name) for name in lesson_names()]
    released = [one for one in known if course.root and course.has_released(one)]
    return next((found[0] for found in (released, known) if len(found) == 1), None)
