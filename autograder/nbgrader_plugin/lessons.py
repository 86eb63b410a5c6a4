"""The lessons among nbgrader's assignments, and their grader."""

from __future__ import annotations

from typing import Any

from autograder import datasets
from autograder.core.config import Course
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.grading.grader import Grader


def lesson_of(resources: dict[str, Any] | None) -> Lesson | None:
    """Return the lesson that nbgrader is working on; ``None`` if it is another assignment."""
    assignment = (resources or {}).get("nbgrader", {}).get("assignment")
    return load_lesson(assignment) if assignment in lesson_names() else None


def grader_for(course: Course) -> Grader:
    """Return a grader with the course's settings and results next to the gradebook."""
    results = course.base / "results"
    return Grader(course=course, data_home=datasets.named("").active_home(), results=results)
