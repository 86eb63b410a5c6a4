"""The steps of ``nbgrader autograde`` that come after a notebook was run, in batches.

They are nbgrader's own preprocessors, as the course configured them, so that scores, comments and
penalties are the same as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, Execute, SaveAutoGrades
from nbgrader.utils import compute_checksum
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only, undefer
from traitlets import TraitError
from traitlets.utils.importstring import import_item

from autograder.core.course_root import CONFIG
from autograder.core.errors import CourseError
from autograder.core.exception_names import public_name
from autograder.nbgrader_plugin.course_config import course_on_path
from autograder.nbgrader_plugin.gradebook_rows import REGENERATE, CellRows, save_scores
from autograder.notebooks.restore import grade_id

# Not needed after the run; the cells' metadata is the released one and was checked when made.
SKIPPED = (Execute, CheckCellMetadata)


@dataclass(frozen=True, kw_only=True)
class RecordedGrades:
    """A student's rows in the gradebook, and the notebook that is shown with them."""

    submission: SubmittedAssignment
    notebook_row: SubmittedNotebook
    notebook: NotebookNode


class AutogradeSteps:
    """The course's own steps, without the run, which is over."""

    def __init__(self, autograde: Autograde) -> None:
        kinds = autograde.autograde_preprocessors
        try:
            with course_on_path(Path(autograde.coursedir.root)):
                kinds = [import_item(kind) if isinstance(kind, str) else kind for kind in kinds]
                self._steps = [
                    kind(parent=autograde) for kind in kinds if not issubclass(kind, SKIPPED)
                ]
        except (ImportError, TraitError) as error:
            raise CourseError(f"{CONFIG}: a step of Autograde: {error}") from error

    def record(
        self, notebook: NotebookNode, resources: dict[str, Any], rows: CellRows
    ) -> NotebookNode:
        """Put a notebook's scores and comments into its rows; return it as it is stored."""
        _check_released(notebook, rows)
        for step in self._steps:
            if isinstance(step, SaveAutoGrades):
                save_scores(step, notebook, resources, rows)
            elif not isinstance(step, AssignLatePenalties):
                notebook, resources = step(notebook, resources)
        return notebook

    def penalise(self, db: Session, group: Sequence[RecordedGrades]) -> None:
        """Set the late penalties of a batch, and remove those that no longer apply."""
        for step in self._steps:
            if isinstance(step, AssignLatePenalties):
                step.init_plugin()
                _penalise(step, db, group)

    def late_penalty(self, one: RecordedGrades, score: float) -> float:
        """Return the penalty, in points, on a score that is not in the gradebook yet."""
        seconds = _seconds_late(one.submission)
        penalty = 0.0
        for step in self._steps:
            if isinstance(step, AssignLatePenalties) and seconds > 0:
                step.init_plugin()
                penalty = _penalty(step, one, score, seconds) or 0.0
        # Within nbgrader's limits.
        return min(max(penalty, 0.0), score)


def _check_released(notebook: NotebookNode, rows: CellRows) -> None:
    """Check that what was run is what the gradebook knows; note nbgrader's checksums."""
    for cell in notebook.cells:
        name = grade_id(cell)
        if name is None:
            continue
        try:
            source = rows.find_source_cell(name)
        except MissingEntry as error:
            raise CourseError(f"{error}. {REGENERATE}") from error
        if source.locked and compute_checksum(cell) != source.checksum:
            raise CourseError(f"The cell “{name}” in release/ is not the gradebook's. {REGENERATE}")
        # nbgrader uses it to see whether a solution cell is unchanged since the release.
        cell.metadata["nbgrader"]["checksum"] = source.checksum


def _penalise(step: AssignLatePenalties, db: Session, group: Sequence[RecordedGrades]) -> None:
    late = {id(one): seconds for one in group if (seconds := _seconds_late(one.submission)) > 0}
    if late:
        # nbgrader's own sum over a notebook's grades, once for all.
        db.flush()
        ids = [one.notebook_row.id for one in group if id(one) in late]
        db.scalars(
            select(SubmittedNotebook)
            .where(SubmittedNotebook.id.in_(ids))
            .options(load_only(SubmittedNotebook.id), undefer(SubmittedNotebook.score))
            .execution_options(populate_existing=True)
        ).all()
    for one in group:
        penalty = None
        if id(one) in late:
            penalty = _penalty(step, one, one.notebook_row.score, late[id(one)])
        if penalty is not None:
            penalty = step._check_late_penalty(one.notebook_row, penalty)  # noqa: SLF001  nbgrader's limits
        one.notebook_row.late_submission_penalty = penalty


def _penalty(
    step: AssignLatePenalties, one: RecordedGrades, score: float, seconds: float
) -> float | None:
    student = one.submission.student_id
    try:
        penalty: float | None = step.plugin_inst.late_submission_penalty(student, score, seconds)
    # The plugin is code of the course: it may raise anything.
    except Exception as error:
        reason = f"{public_name(type(error))}: {error}"
        raise CourseError(f"The late-submission penalty for {student} failed: {reason}") from error
    return penalty


def _seconds_late(submission: SubmittedAssignment) -> float:
    # nbgrader cannot compute an extension of a date that is not set.
    if submission.assignment.duedate is None:
        return 0
    seconds: float = submission.total_seconds_late
    return seconds
