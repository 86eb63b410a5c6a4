"""The rows of many submissions in nbgrader's gradebook, fetched and made in batches.

nbgrader's own gradebook queries and commits for each cell. nbgrader's own preprocessors still
decide what is written into a row: they get :class:`CellRows` instead of the gradebook. Both
``autograder grade`` and ``nbgrader autograde`` write the points of a lesson by :func:`save_scores`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only, selectin_polymorphic, selectinload

from autograder.core.errors import CourseError
from autograder.notebooks.restore import grade_id

CELLS = (GradeCell, SolutionCell, TaskCell)
REGENERATE = "Run `autograder generate`, so that both are made from the same source."


@dataclass(frozen=True, kw_only=True)
class Released:
    """What the gradebook knows of an assignment: its notebooks and, by name, their cells."""

    assignment: Assignment
    notebooks: tuple[Notebook, ...]
    cells: Mapping[str, tuple[BaseCell, ...]]
    sources: Mapping[str, Mapping[str, SourceCell]]

    @property
    def names(self) -> dict[str, str]:
        """The names of the notebooks, by their ids."""
        return {one.id: one.name for one in self.notebooks}

    def by_name(self, submission: SubmittedAssignment) -> dict[str, SubmittedNotebook]:
        """Return a submission's rows of its notebooks, by their names."""
        names = self.names
        return {names[own.notebook_id]: own for own in submission.notebooks}


def released(db: Session, assignment: str) -> Released | None:
    """Return the assignment with its cells; ``None`` if the gradebook does not have it."""
    found = db.scalar(select(Assignment).where(Assignment.name == assignment))
    if found is None:
        return None
    notebooks = db.scalars(select(Notebook).where(Notebook.assignment_id == found.id)).all()
    ids = [notebook.id for notebook in notebooks]
    cells = db.scalars(
        select(BaseCell)
        .where(BaseCell.notebook_id.in_(ids))
        .options(selectin_polymorphic(BaseCell, CELLS))
    ).all()
    sources = db.scalars(select(SourceCell).where(SourceCell.notebook_id.in_(ids))).all()
    return Released(
        assignment=found,
        notebooks=tuple(notebooks),
        cells={one: tuple(cell for cell in cells if cell.notebook_id == one) for one in ids},
        sources={
            one: {cell.name: cell for cell in sources if cell.notebook_id == one} for one in ids
        },
    )


def missing_students(db: Session, students: Iterable[str]) -> list[str]:
    """Return those who are not in the gradebook yet, sorted."""
    wanted = sorted(set(students))
    known = set(db.scalars(select(Student.id).where(Student.id.in_(wanted))))
    return [student for student in wanted if student not in known]


def submissions(
    db: Session, known: Released, students: Iterable[str]
) -> dict[str, SubmittedAssignment]:
    """Return each student's submission with all its rows; make missing ones, as nbgrader would."""
    wanted = sorted(set(students))
    # Only stored columns: nbgrader's sums and kinds would be computed for each row.
    notebooks = selectinload(SubmittedAssignment.notebooks).load_only(
        SubmittedNotebook.id,
        SubmittedNotebook.assignment_id,
        SubmittedNotebook.notebook_id,
        SubmittedNotebook.late_submission_penalty,
    )
    found = db.scalars(
        select(SubmittedAssignment)
        .where(
            SubmittedAssignment.assignment_id == known.assignment.id,
            SubmittedAssignment.student_id.in_(wanted),
        )
        .options(
            load_only(
                SubmittedAssignment.id,
                SubmittedAssignment.assignment_id,
                SubmittedAssignment.student_id,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
            ),
            notebooks.selectinload(SubmittedNotebook.grades).load_only(
                Grade.cell_id,
                Grade.notebook_id,
                Grade.auto_score,
                Grade.manual_score,
                Grade.extra_credit,
                Grade.needs_manual_grade,
            ),
            notebooks.selectinload(SubmittedNotebook.comments).load_only(
                Comment.cell_id, Comment.notebook_id, Comment.auto_comment, Comment.manual_comment
            ),
        )
    )
    there = {submission.student_id: submission for submission in found}
    for student in wanted:
        if student not in there:
            there[student] = SubmittedAssignment(assignment=known.assignment, student_id=student)
            db.add(there[student])
        _complete(there[student], known)
    return there


def _complete(submission: SubmittedAssignment, known: Released) -> None:
    """Give a submission the rows of all its notebooks and cells."""
    there = {notebook.notebook_id: notebook for notebook in submission.notebooks}
    for notebook in known.notebooks:
        own = there.get(notebook.id)
        if own is None:
            own = SubmittedNotebook(notebook_id=notebook.id)
            submission.notebooks.append(own)
        graded = {grade.cell_id for grade in own.grades}
        commented = {comment.cell_id for comment in own.comments}
        for cell in known.cells[notebook.id]:
            if isinstance(cell, GradeCell | TaskCell) and cell.id not in graded:
                own.grades.append(Grade(cell_id=cell.id))
            if isinstance(cell, SolutionCell | TaskCell) and cell.id not in commented:
                own.comments.append(Comment(cell_id=cell.id))


class CellRows:
    """A stand-in for nbgrader's ``Gradebook`` while the cells of one notebook are processed.

    It finds what was fetched before and commits nothing: the whole batch is committed at once.
    ``notebook_row`` is the row of the notebook itself.
    """

    def __init__(self, known: Released, notebook_row: SubmittedNotebook) -> None:
        self.notebook_row = notebook_row
        cells = known.cells[notebook_row.notebook_id]
        # A grade cell may also be a solution cell of the same name: each has its own kind of row.
        names = {cell.id: cell.name for cell in cells}
        self._grades = {names[grade.cell_id]: grade for grade in notebook_row.grades}
        self._comments = {names[comment.cell_id]: comment for comment in notebook_row.comments}
        self._sources = known.sources[notebook_row.notebook_id]
        self.db = self

    @classmethod
    def fetched(cls, db: Session, assignment: str, notebook: str, student: str) -> Self:
        """Fetch the rows of a student's notebook; make missing ones.

        Raises:
            MissingEntry: the gradebook does not know the assignment, or no notebook of this name.
        """
        known = released(db, assignment)
        if known is None or notebook not in known.names.values():
            raise MissingEntry(f"There is no notebook “{assignment}/{notebook}” in the gradebook")
        own = submissions(db, known, [student])[student]
        return cls(known, known.by_name(own)[notebook])

    def commit(self) -> None:
        """Do nothing: see the class."""

    def find_grade(self, name: str, *_: str) -> Grade:
        """Return the grade of a cell."""
        return _of(self._grades, name)

    def find_comment(self, name: str, *_: str) -> Comment:
        """Return the comment on a cell."""
        return _of(self._comments, name)

    def find_source_cell(self, name: str, *_: str) -> SourceCell:
        """Return the cell as it was released."""
        return _of(self._sources, name)


def _of(rows: Mapping[str, Any], name: str) -> Any:
    if name not in rows:
        raise MissingEntry(f"There is no cell “{name}” in the gradebook")
    return rows[name]


def save_scores(
    step: SaveAutoGrades, notebook: NotebookNode, resources: dict[str, Any], rows: CellRows
) -> None:
    """Put the points and comments of a notebook into its rows, as this step decides.

    Raises:
        CourseError: the gradebook lacks a cell, or has fewer points for it than the lesson gives.
    """
    names = resources["nbgrader"]
    step.notebook_id, step.assignment_id = names["notebook"], names["assignment"]
    step.student_id, step.gradebook = names["student"], rows
    for number, cell in enumerate(notebook.cells):
        try:
            step.preprocess_cell(cell, resources, number)
        except ValueError as error:
            raise CourseError(f"The cell “{grade_id(cell)}”: {error}. {REGENERATE}") from error
