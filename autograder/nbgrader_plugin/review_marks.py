"""Decisions on groups of answers, given to their students as comments and manual scores.

A table of our own beside nbgrader's holds what was given so. So a decision that changed, or that no
longer fits, is taken back, and what a person entered in the formgrader is never touched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Column, Float, MetaData, String, Table, Text, delete, insert, inspect, select
from sqlalchemy.orm import Session

from autograder.core.config import Course
from autograder.core.errors import EmptyGradebook
from autograder.core.lesson import Lesson, Question
from autograder.core.report import Outcome, Report
from autograder.nbgrader_plugin import shared_processes
from autograder.nbgrader_plugin.autograded_dir import submission_time
from autograder.nbgrader_plugin.course_config import (
    course_directory,
    database_errors,
    open_gradebook,
    submitted_folder,
)
from autograder.nbgrader_plugin.gradebook_rows import CellRows, Released, released, submissions
from autograder.nbgrader_plugin.preprocessor_runner import AutogradeSteps, RecordedGrades
from autograder.review import decisions, pages
from autograder.review.decisions import Decisions, Mark
from autograder.review.groups import Group, Grouper, grouped

# By the id of a row of nbgrader's, in ``grade`` or ``comment``: the mark from the review.
MARKS_TABLE = Table(
    "autograder_review",
    MetaData(),
    Column("id", String(32), primary_key=True),
    Column("score", Float()),
    Column("comment", Text()),
)
NOTHING = Mark()
Row: TypeAlias = Grade | Comment
Value: TypeAlias = float | str | None


@dataclass(kw_only=True)
class ReviewMarks:
    """Gives marks to the rows of submissions; keeps in mind what was given until it is stored."""

    course: Course
    _remarks: dict[SubmittedNotebook, list[str]] = field(default_factory=dict)
    _pending: dict[SubmittedNotebook, list[tuple[Row, Value]]] = field(default_factory=dict)
    _by_lesson: dict[str, tuple[Decisions, Grouper]] = field(default_factory=dict)

    def mark(
        self,
        db: Session,
        lesson: Lesson,
        report: Report,
        notebook: NotebookNode | None,
        rows: CellRows,
    ) -> list[Group]:
        """Give a submission that was just recorded what was decided on its groups; return them."""
        decided, grouper = self._of(lesson)
        groups: list[Group] = []
        if decided.groups and notebook is not None:
            groups = grouped(lesson, [(report, grouper.groups_of(report, notebook.cells))])
        marks = {one.question: decided.mark(one) for one in groups}
        every = {one: marks.get(one, NOTHING) for one in lesson.questions}
        self.mark_questions(db, report, every, rows)
        return groups

    def follow(
        self,
        db: Session,
        lesson: Lesson,
        report: Report,
        notebook: NotebookNode,
        rows: CellRows,
    ) -> list[str]:
        """Mark one submission that counts, store that, show it in its page; return remarks."""
        groups = self.mark(db, lesson, report, notebook, rows)
        remarks = self.store(db, [rows.notebook_row])
        folder = self.course.folder() / "results" / lesson.name
        pages.show_decisions(folder, groups, self._of(lesson)[0])
        return remarks

    def mark_questions(
        self,
        db: Session,
        report: Report,
        marks: Mapping[Question, Mark],
        rows: CellRows,
    ) -> None:
        """Give these marks to a submission, in the place of those that it was given before."""
        found: list[tuple[Row, Question, Value]] = []
        for question, mark in marks.items():
            # A course may have made a notebook of its own, with other cells.
            with contextlib.suppress(MissingEntry):
                found.append((rows.find_comment(question.name), question, mark.comment))
                found.append((rows.find_grade(question.grade_id), question, mark.score))
        before = _stored_marks(db, [row.id for row, _, _ in found if row.id])
        for row, question, value in found:
            last = before.get(row.id)
            name = "manual_score" if isinstance(row, Grade) else "manual_comment"
            written = value
            if getattr(row, name) == last:
                setattr(row, name, value)
                if isinstance(row, Grade) and (value, last) != (None, None):
                    unclear = any(one.outcome is Outcome.ERROR for one in report.of(question.name))
                    row.needs_manual_grade = unclear and value is None
            else:
                written = None
                if value is not None:
                    what = name.removeprefix("manual_")
                    self._remarks.setdefault(rows.notebook_row, []).append(
                        f"{report.name}, {question.name}: the {what} from the formgrader stays."
                    )
            if written != last:
                self._pending.setdefault(rows.notebook_row, []).append((row, written))

    def store(self, db: Session, notebooks: Sequence[SubmittedNotebook]) -> list[str]:
        """Note in the gradebook what was given to the submissions that count; forget the others.

        Return where something stays of these that was entered in the formgrader.
        """
        found = [one for own in notebooks for one in self._pending.get(own, ())]
        remarks = [one for own in notebooks for one in self._remarks.get(own, ())]
        self._pending.clear()
        self._remarks.clear()
        if found:
            self._note(db, found)
        return remarks

    def _note(self, db: Session, found: Sequence[tuple[Row, Value]]) -> None:
        db.flush()  # new rows get their ids
        MARKS_TABLE.create(db.connection(), checkfirst=True)
        db.execute(delete(MARKS_TABLE).where(MARKS_TABLE.c.id.in_([row.id for row, _ in found])))
        values: list[dict[str, Value]] = [
            {
                "id": row.id,
                "score": value if isinstance(row, Grade) else None,
                "comment": None if isinstance(row, Grade) else value,
            }
            for row, value in found
            if value is not None
        ]
        if values:
            db.execute(insert(MARKS_TABLE), values)

    def _of(self, lesson: Lesson) -> tuple[Decisions, Grouper]:
        if lesson.name not in self._by_lesson:
            path = self.course.decisions(lesson)
            grouper = Grouper.of_course(self.course, lesson, shared_processes.reader())
            self._by_lesson[lesson.name] = decisions.load(path), grouper
        return self._by_lesson[lesson.name]


def give(course: Course, lesson: Lesson, decided: Decisions, groups: Sequence[Group]) -> list[str]:
    """Give the students in these groups what was decided on them; return remarks.

    Raises:
        CourseError: the gradebook cannot be used.
    """
    directory = course_directory(course.folder())
    reports: dict[str, Report] = {}
    wanted: dict[str, dict[Question, Mark]] = {}
    for group in groups:
        for report in group.reports:
            if is_of_course(directory, report):
                reports[report.name] = report
                wanted.setdefault(report.name, {})[group.question] = decided.mark(group)
    review = ReviewMarks(course=course)
    remarks: list[str] = []
    try:
        with database_errors(directory.db_url), open_gradebook(directory) as gradebook:
            db: Session = gradebook.db()
            if found := released(db, lesson.name):
                counted = []
                for one in _submissions(db, found, wanted):
                    if course.settings.keep == "best" and not _is_last(directory, lesson, one):
                        remarks.append(f"{one.student_id}: an earlier submission counts.")
                        continue
                    own, name = found.by_name(one)[lesson.name], one.student_id
                    rows = CellRows(found, own)
                    review.mark_questions(db, reports[name], wanted[name], rows)
                    counted.append(
                        RecordedGrades(submission=one, notebook_row=own, notebook=NotebookNode())
                    )
                remarks += review.store(db, [one.notebook_row for one in counted])
                autograde = Autograde(coursedir=directory, config=directory.config)
                AutogradeSteps(autograde).penalise(db, counted)
                db.commit()
    except EmptyGradebook as error:
        return [f"It will be given when the class is graded. {error}"]
    return remarks


def is_of_course(directory: CourseDirectory, report: Report) -> bool:
    """Return whether a report is on a submission in the course's own folders, and can count."""
    # nbgrader itself grades the copy that it has made.
    steps = (directory.submitted_directory, directory.autograded_directory)
    places = [Path(directory.format_path(step, report.name, report.lesson)) for step in steps]
    return report.folder in {str(place.resolve()) for place in places} and not report.trouble


def _submissions(
    db: Session, found: Released, students: Iterable[str]
) -> list[SubmittedAssignment]:
    """Return the submissions of those students who have one in the gradebook."""
    query = select(SubmittedAssignment.student_id).where(
        SubmittedAssignment.assignment_id == found.assignment.id,
        SubmittedAssignment.student_id.in_(sorted(students)),
    )
    return list(submissions(db, found, db.scalars(query)).values())


def _is_last(directory: CourseDirectory, lesson: Lesson, one: SubmittedAssignment) -> bool:
    """Return whether the gradebook holds the submission that lies in the student's folder."""
    folder = submitted_folder(directory, one.student_id, lesson.name)
    with contextlib.suppress(ValueError):
        return bool(submission_time(directory, folder) == one.timestamp)
    return True


def _stored_marks(db: Session, ids: Sequence[str]) -> dict[str, Value]:
    if not ids or not inspect(db.connection()).has_table(MARKS_TABLE.name):
        return {}
    rows = db.execute(select(MARKS_TABLE).where(MARKS_TABLE.c.id.in_(ids)))
    return {row.id: row.comment if row.score is None else row.score for row in rows}
