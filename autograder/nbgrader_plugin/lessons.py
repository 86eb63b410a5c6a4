"""The lessons among nbgrader's assignments, and their grader."""

from __future__ import annotations

from typing import Any

from autograder import datasets
from autograder.core.config import Course
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import named_lesson
from autograder.grading.grader import Grader


def lesson_of(resources: dict[str, Any] | None) -> Lesson | None:
    """Return the lesson that nbgrader is working on; ``None`` if it is another assignment."""
    return named_lesson((resources or {}).get("nbgrader", {}).get("assignment", ""))


def grader_for(course: Course) -> Grader:
    """Return a grader with the course's settings and results next to the gradebook."""
    results = course.base / "results"
    return Grader(course=course, data_home=datasets.named("").active_home(), results=results)
