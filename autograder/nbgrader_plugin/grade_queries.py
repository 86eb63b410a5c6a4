"""The grades in a gradebook, with manual scores, extra credit and late penalties."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nbgrader.api import Grade as Entry
from nbgrader.api import Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import or_, select
from sqlalchemy.orm import undefer

from autograder.core.config import Course
from autograder.core.errors import CourseError, EmptyGradebook
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.exporters.model import Grade, Person
from autograder.nbgrader_plugin.course_config import gradebook_of


@dataclass(frozen=True, kw_only=True)
class CourseGrades:
    """Grades, and the students with something that still needs manual grading."""

    grades: list[Grade]
    waiting: list[str]


def course_grades(course: Course, lesson: str | None) -> CourseGrades:
    """Return the grades in a course's gradebook, of one lesson or of all with any score.

    Raises:
        EmptyGradebook: there is no gradebook, or nobody has a grade in it.
        CourseError: the gradebook cannot be read.
    """
    try:
        root = course.folder()
    except CourseError as error:
        raise EmptyGradebook(str(error)) from error
    assignments = [lesson] if lesson else lesson_names()
    with gradebook_of(root) as gradebook:
        found = grades(gradebook, assignments, unscored=lesson is not None)
        waiting = _waiting(gradebook, assignments)
    if not any(one.raw is not None for one in found):
        raise EmptyGradebook(f"Nobody has a grade for {', '.join(assignments)} in the gradebook.")
    return CourseGrades(grades=found, waiting=waiting)


def lessons_in_gradebook(course: Course) -> set[str]:
    """Return the lessons in a course's gradebook; none if there is no gradebook.

    Raises:
        CourseError: the gradebook cannot be read.
    """
    assert course.root
    try:
        with gradebook_of(course.root) as gradebook:
            return {one.name for one in gradebook.assignments} & set(lesson_names())
    except EmptyGradebook:
        return set()


def grades(
    gradebook: Gradebook,
    assignments: Collection[str] = (),
    students: Collection[str] = (),
    *,
    unscored: bool = False,
) -> list[Grade]:
    """Return the grades of all students, or of these, in all assignments, or in these.

    A student who handed in nothing has a grade without a score. An assignment in which nobody has
    a score, such as one that is not released yet, is left out unless ``unscored`` is set.
    """
    graded = _graded(gradebook)
    people = [_person(one) for one in gradebook.students if not students or one.id in students]
    found = []
    for assignment in gradebook.assignments:
        if assignments and assignment.name not in assignments:
            continue
        there = {
            student: own
            for student, own in _submissions(gradebook, assignment.id).items()
            if own.id in graded
        }
        if not there and not unscored:
            continue
        max_score = float(assignment.max_score)
        for person in people:
            own = there.get(person.id)
            found.append(
                Grade(
                    person=person,
                    assignment=assignment.name,
                    title=_title(assignment.name),
                    max_score=max_score,
                    raw=float(own.score) if own else None,
                    penalty=float(own.late_submission_penalty) if own else 0.0,
                )
            )
    return found


def _waiting(gradebook: Gradebook, assignments: Collection[str]) -> list[str]:
    query = select(SubmittedAssignment).options(undefer(SubmittedAssignment.needs_manual_grade))
    graded = _graded(gradebook)
    return sorted(
        one.student_id
        for one in gradebook.db.scalars(query)
        if one.needs_manual_grade and one.id in graded and one.assignment.name in assignments
    )


def _graded(gradebook: Gradebook) -> set[str]:
    """Return the ids of the submissions with a score in any cell.

    There are others: a student with an extension has rows before anything is handed in.
    """
    query = (
        select(SubmittedNotebook.assignment_id)
        .join(Entry, Entry.notebook_id == SubmittedNotebook.id)
        .where(
            or_(
                Entry.auto_score.is_not(None),
                Entry.manual_score.is_not(None),
                Entry.extra_credit.is_not(None),
            )
        )
    )
    return set(gradebook.db.scalars(query))


def _submissions(gradebook: Gradebook, assignment: str) -> dict[str, SubmittedAssignment]:
    query = (
        select(SubmittedAssignment)
        .where(SubmittedAssignment.assignment_id == assignment)
        .options(
            undefer(SubmittedAssignment.score),
            undefer(SubmittedAssignment.late_submission_penalty),
        )
    )
    return {one.student_id: one for one in gradebook.db.scalars(query)}


def _person(student: Student) -> Person:
    names = ("first_name", "last_name", "email", "lms_user_id")
    return Person(id=student.id, **{name: getattr(student, name) or "" for name in names})


def _title(assignment: str) -> str:
    return load_lesson(assignment).title if assignment in lesson_names() else assignment
