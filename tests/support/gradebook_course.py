"""A course with a gradebook and submissions, as nbgrader's own autograde and ours find it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ComputeChecksums,
    Execute,
    LimitOutput,
    SaveAutoGrades,
    SaveCells,
)
from sqlalchemy import select
from sqlalchemy.orm import load_only

from autograder.core.atomic_write import write_atomic
from autograder.core.config import Course
from autograder.core.report import CheckResult, Outcome, Report
from autograder.grading import result_files
from autograder.nbgrader_plugin.course_config import (
    alembic_on_path,
    course_directory,
    course_on_path,
)
from autograder.nbgrader_plugin.gradebook_writer import GradebookEntry, GradebookWriter
from autograder.nbgrader_plugin.preprocessors.autograde import REPORT_KEY, SaveJudgedGrades
from autograder.notebooks.restore import restore
from autograder.reports.annotate import filled
from support import mini
from support.mini import LESSON

# The assignment is due on 1 March at noon.
IN_TIME, LATE = "2026-03-01 11:00:00 UTC", "2026-03-02 12:00:00 UTC"
ZERO = 'c.LateSubmissionPlugin.penalty_method = "zero"\n'
OUTCOMES = {"p": Outcome.PASSED, "f": Outcome.FAILED, "e": Outcome.ERROR}
CONFIG = """\
from autograder.nbgrader_plugin import configure
c = get_config()
configure(c)
c.CourseDirectory.course_id = "brains"
c.CourseDirectory.db_url = {address!r}
"""
# A course's own plugin for late submissions, and the setting that names it.
HALF = 'c.AssignLatePenalties.plugin_class = "half.Half"\n'
HALF_FILE = """\
from nbgrader.plugins import BasePlugin
class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "broken":
            1 / 0
        return None if student_id == "excused" else 100 if student_id == "very late" else score / 2
"""


def released() -> NotebookNode:
    """The released notebook, with a cell to be answered in words, which a person marks."""
    notebook = mini.released()
    words = mini.code("Why?", "why", grade=True, points=3, solution=True, locked=False)
    words.cell_type = "markdown"
    del words["outputs"], words["execution_count"]
    notebook.cells.append(words)
    answer: NotebookNode = ComputeChecksums().preprocess(notebook, {})[0]
    return answer


def blank_gradebook(address: str) -> None:
    """A gradebook with the assignment in it, and nobody."""
    with alembic_on_path(), Gradebook(address, "brains") as gradebook:
        gradebook.add_assignment(LESSON.name, duedate="2026-03-01 12:00:00")
        gradebook.add_assignment("another", duedate=None)
    add_notebook(address, LESSON.name)


def add_notebook(address: str, name: str) -> None:
    """One more notebook of the assignment."""
    resources = {"notebook": name, "assignment": LESSON.name, "db_url": address}
    SaveCells().preprocess(released(), {"nbgrader": resources})


def make_course(root: Path, address: str, settings: str = "") -> Course:
    """A course's folder; its gradebook is at ``address``."""
    root.mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG.format(address=address) + settings)
    (root / "half.py").write_text(HALF_FILE)
    for place in ("source", "release"):
        (root / place / LESSON.name).mkdir(parents=True)
    nbformat.write(released(), root / "release" / LESSON.name / LESSON.notebook)
    (root / "source" / LESSON.name / "helper.py").write_text("given = 1\n")
    return Course(root=root)


def report(student: str, outcomes: str = "pppppp", **other: object) -> Report:
    """A report with two checks a question; the first has the outcome that its letter names."""
    checks = []
    for question, letter in zip(LESSON.questions, outcomes, strict=True):
        half = question.points / 2
        for number, outcome in enumerate((OUTCOMES[letter], Outcome.PASSED)):
            checks.append(
                CheckResult(
                    id=f"{question.name}.{number}",
                    question=question.name,
                    outcome=outcome,
                    points=half if outcome is Outcome.PASSED else 0,
                    max_points=half,
                    message=f"It is {outcome}.",
                )
            )
    return Report(name=student, notebook=LESSON.notebook, checks=tuple(checks), **other)


def submit(
    course: Course, entry_of: Report, time: str = "", **answers: str | None
) -> GradebookEntry:
    """A submission in the course's folder, and the entry of its report."""
    folder = course.root / "submitted" / entry_of.name / LESSON.name
    folder.mkdir(parents=True, exist_ok=True)
    notebook = released()
    for name, right in mini.RIGHT.items():
        if answers.get(name, right) is not None:
            mini.cell_of(notebook, name).source += f"\n{answers.get(name, right)}"
    if why := answers.get("why"):
        mini.cell_of(notebook, "why").source = why
    nbformat.write(notebook, folder / LESSON.notebook)
    (folder / "helper.py").write_text("given = 2\n")
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes" / "mine.txt").write_text("mine")
    if time:
        (folder / "timestamp.txt").write_text(time)
    return GradebookEntry(
        student=entry_of.name,
        lesson=LESSON,
        report=entry_of,
        notebook=filled(restore(notebook, released()).notebook, entry_of, LESSON),
        folder=folder,
    )


def graded(
    course: Course, name: str, outcomes: str = "pppppp", time: str = "", **answers: str
) -> Report:
    """The report on a submission in the course's folder; its results are there."""
    entry = submit(course, report(name, outcomes), time, **answers)
    place = course.root / "results" / LESSON.name / name
    place.mkdir(parents=True, exist_ok=True)
    write_atomic(place / "notebook.ipynb", nbformat.writes(entry.notebook).encode())
    told = replace(entry.report, results_folder=name, lesson=LESSON.name, folder=str(entry.folder))
    result_files.write_report(place, told, LESSON)
    return told


def write(course: Course, *entries: GradebookEntry) -> list[str]:
    """Write grades into the course's gradebook; what a person is told."""
    with GradebookWriter(course) as writer:
        return writer.write(entries)


def by_hand(course: Course, change: Callable[[Gradebook], object]) -> None:
    """What an instructor enters."""
    with Gradebook(address(course), "brains") as gradebook:
        change(gradebook)
        gradebook.db.commit()


class FakeRun(Execute):
    """Stands in for the run: nothing is run, the report is there already."""

    reports: Mapping[str, Report] = {}

    def preprocess(self, nb, resources, **_kw):
        one = self.reports[resources["nbgrader"]["student"]]
        nb.metadata.pop(REPORT_KEY, None)
        resources[REPORT_KEY] = one
        return filled(nb, one, LESSON), resources


class SaveByNbgrader(SaveJudgedGrades):
    """Our decisions, written by nbgrader itself, cell by cell."""

    preprocess = SaveAutoGrades.preprocess

    def _add_score(self, cell, resources):
        super()._add_score(cell, resources)
        self.gradebook.db.commit()


def nbgrader_autograde(
    course: Course, reports: Mapping[str, Report], save: type[SaveJudgedGrades] = SaveByNbgrader
) -> None:
    """``nbgrader autograde --force``, nbgrader's own, but for the run."""
    directory = course_directory(course.root)
    directory.assignment_id = LESSON.name
    config = directory.config
    config.Autograde.autograde_preprocessors = [
        *(FakeRun, LimitOutput, save, AssignLatePenalties, CheckCellMetadata)
    ]
    FakeRun.reports = reports
    with course_on_path(course.root):
        for directory.student_id in reports:
            Autograde(coursedir=directory, config=config, force=True).start()


def address(course: Course) -> str:
    """The address of the course's gradebook."""
    return course_directory(course.root).db_url


def rows(address: str) -> dict[str, list[dict[str, object]]]:
    """All that the gradebook holds of the class, without the random names of rows."""
    with Gradebook(address, "brains") as gradebook:
        stored = load_only(
            SubmittedAssignment.id, SubmittedAssignment.timestamp, SubmittedAssignment.extension
        )
        students = {student.id: [] for student in gradebook.students}
        for one in gradebook.db.scalars(select(SubmittedAssignment).options(stored)):
            students[one.student_id].append({"time": one.timestamp, "extension": one.extension})
            for own in sorted(one.notebooks, key=lambda notebook: notebook.name):
                found = [
                    {"penalty": own.late_submission_penalty, "flagged": own.flagged},
                    {"score": own.score, "looked at": own.needs_manual_grade, "name": own.name},
                ]
                found += [_plain(grade) for grade in own.grades]
                found += [_plain(comment) for comment in own.comments]
                students[one.student_id] += sorted(found, key=lambda row: str(row.get("cell")))
        courses = gradebook.db.scalars(select(gradebook.check_course("brains").__class__.id)).all()
        return {**students, "(courses)": sorted(courses)}


def _plain(row: object) -> dict[str, object]:
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    values = {key: value for key, value in values.items() if not key.endswith("id")}
    return {"cell": f"{row.name} {type(row).__name__}", **values}


def files(course: Course) -> dict[str, tuple[bytes, int]]:
    """What lies under ``autograded/``, with its permissions."""
    root = course.root / "autograded"
    return {
        str(path.relative_to(root)): (
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mode,
        )
        for path in sorted(root.rglob("*"))
    }


def copy_file(template: Path, place: Path) -> str:
    """A copy of a gradebook in a file; its address."""
    shutil.copyfile(template, place)
    return f"sqlite:///{place}"
