"""The scores in the gradebook, for the page of a class."""

from __future__ import annotations

from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, or_, select

from autograder.core.config import Course
from autograder.core.errors import EmptyGradebook
from autograder.core.lesson import Lesson
from autograder.exporters.model import Person
from autograder.nbgrader_plugin import grade_queries
from autograder.nbgrader_plugin.course_config import gradebook_of
from autograder.reports.class_report import GradebookScores


def lesson_scores(course: Course, lesson: Lesson) -> dict[str, GradebookScores]:
    """Return the scores that count, by student; empty if there is no gradebook yet.

    Raises:
        CourseError: the gradebook cannot be read.
    """
    assert course.root
    try:
        with gradebook_of(course.root) as gradebook:
            grades = grade_queries.grades(gradebook, [lesson.name], unscored=True)
            by_hand = _manually_graded(gradebook, lesson.name) if grades else set()
            late = _late(gradebook, lesson.name) if grades else set()
    except EmptyGradebook:
        return {}
    return {
        one.person.id: GradebookScores(
            score=one.score,
            max_score=one.max_score,
            penalty=one.penalty,
            late=one.person.id in late,
            by_hand=one.person.id in by_hand,
            name=_name(one.person),
        )
        for one in grades
    }


def _manually_graded(gradebook: Gradebook, assignment: str) -> set[str]:
    """Return the students with a manual score or extra credit."""
    query = (
        select(SubmittedAssignment.student_id)
        .join(SubmittedAssignment.notebooks)
        .join(SubmittedNotebook.grades)
        .where(
            SubmittedAssignment.assignment_id == gradebook.find_assignment(assignment).id,
            or_(Grade.manual_score.is_not(None), func.coalesce(Grade.extra_credit, 0) != 0),
        )
    )
    return set(gradebook.db.scalars(query))


def _late(gradebook: Gradebook, assignment: str) -> set[str]:
    """Return the students who handed in after the due date, or after their extension."""
    handed_in = gradebook.assignment_submissions(assignment)
    return {one.student_id for one in handed_in if one.total_seconds_late > 0}


def _name(person: Person) -> str:
    return ", ".join(part for part in (person.last_name, person.first_name) if part)
