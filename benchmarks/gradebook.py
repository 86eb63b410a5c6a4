"""How long it takes to write a class to nbgrader's gradebook: we, and nbgrader one by one.

    python benchmarks/gradebook.py --students 300 --theirs 20

The notebook is the published solution with all its pictures, the same for all. "ours" is the rows
and the folders under ``autograded/``, in groups of ``--group``, "again" the same once more, "rows"
without the folders; "recording" is what nbgrader's own code does to the rows alone, "autograde" all
that it does but for the run.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import logging
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import nbformat
from classes import ROOT
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, Execute, LimitOutput
from support import gradebook_course, postgres

from autograder.core.config import Course
from autograder.core.report import Report
from autograder.nbgrader_plugin.autograded_dir import AutogradedDir
from autograder.nbgrader_plugin.course_config import course_directory
from autograder.nbgrader_plugin.generate_assignment import generate
from autograder.nbgrader_plugin.gradebook_writer import GradebookEntry, GradebookWriter
from autograder.nbgrader_plugin.preprocessors.autograde import REPORT_KEY, SaveJudgedGrades

LESSON = gradebook_course.LESSON
COLUMNS = ("ours", "again", "rows", "recording", "autograde")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure on SQLite, and on PostgreSQL where there is a server program."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--theirs", type=int, default=20, help="how many nbgrader gets")
    parser.add_argument("--group", type=int, default=50)
    arguments = parser.parse_args(argv)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    size = len(nbformat.writes(solved())) / 1e6
    print(f"{arguments.students} students, a notebook of {size:.1f} MB; ms a student")
    print(f"{'':12}" + "".join(f"{name:>11}" for name in COLUMNS))
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for kind, address in addresses(stack, scratch):
            course = make_course(scratch / kind, address)
            reports = [
                gradebook_course.report(f"student {number:04}", "ppfppp")
                for number in range(arguments.students)
            ]
            figures = (
                our_writer(course, reports, arguments.group),
                our_writer(course, reports, arguments.group),
                rows(course, reports, arguments.group),
                recording(course, reports[: arguments.theirs]),
                autograde(course, reports[: arguments.theirs]),
            )
            print(f"{kind:12}" + "".join(f"{figure:11.1f}" for figure in figures), flush=True)
    return 0


def addresses(stack: contextlib.ExitStack, scratch: Path) -> Iterator[tuple[str, str]]:
    """Yield the kind and the address of an empty database of each kind."""
    yield "SQLite", f"sqlite:///{scratch / 'gradebook.db'}"
    try:
        yield "PostgreSQL", stack.enter_context(postgres.server()).create("gradebook")
    except BaseException as error:
        if type(error).__name__ != "Skipped":
            raise
        print(f"PostgreSQL: {error}")


def make_course(root: Path, address: str) -> Course:
    """Make a copy of our course, with the gradebook at ``address`` and the assignment in it."""
    for place in ("source", "release", "solutions"):
        shutil.copytree(ROOT / place, root / place)
    config = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(f"{config}\nc.CourseDirectory.db_url = {address!r}\n")
    course = Course(root=root)
    list(generate(course, root))
    return course


def solved() -> NotebookNode:
    """Return the released notebook with the published solution's answers and outputs."""
    notebook = nbformat.read(ROOT / "release" / LESSON.name / LESSON.notebook, as_version=4)
    answers = nbformat.read(ROOT / "solutions" / LESSON.name / LESSON.notebook, as_version=4)
    for cell, answer in zip(notebook.cells, answers.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs = answer.outputs
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answer.source
    return notebook


def our_writer(course: Course, reports: Sequence[Report], group: int) -> float:
    """Measure our writer including opening the gradebook, in ms per student."""
    notebook = solved()
    entries = [
        GradebookEntry(student=one.name, lesson=LESSON, report=one, notebook=notebook)
        for one in reports
    ]
    start = time.perf_counter()
    with GradebookWriter(course) as writer:
        for first in range(0, len(entries), group):
            writer.write(entries[first : first + group])
    return (time.perf_counter() - start) / len(entries) * 1000


def rows(course: Course, reports: Sequence[Report], group: int) -> float:
    """Measure our writer without the folders, in ms per student."""
    with mock.patch.multiple(AutogradedDir, make=mock.DEFAULT, publish=mock.DEFAULT) as patched:
        for one in patched.values():
            one.return_value = []
        return our_writer(course, reports, group)


def recording(course: Course, reports: Sequence[Report]) -> float:
    """Measure nbgrader's own recording of the rows, one by one, in ms per student."""
    directory = course_directory(course.folder())
    notebook = solved()
    names = {"assignment": LESSON.name, "notebook": LESSON.name, "db_url": directory.db_url}
    start = time.perf_counter()
    for one in reports:
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            gradebook.update_or_create_student(f"recorded {one.name}")
            gradebook.update_or_create_submission(LESSON.name, f"recorded {one.name}")
        resources = {"nbgrader": {**names, "student": f"recorded {one.name}"}, REPORT_KEY: one}
        SaveJudgedGrades().preprocess(notebook, resources)
        AssignLatePenalties().preprocess(notebook, resources)
    return (time.perf_counter() - start) / len(reports) * 1000


class FakeRun(Execute):
    """A stand-in for the run."""

    notebook: NotebookNode | None = None

    def preprocess(self, nb, resources, **_kw):  # noqa: ANN001, ANN003, ANN201, ARG002, D102
        return copy.deepcopy(self.notebook), resources


def autograde(course: Course, reports: Sequence[Report]) -> float:
    """Measure ``nbgrader autograde`` without program start and run, in ms per student."""
    FakeRun.notebook = solved()
    for one in reports:
        folder = course.folder() / "submitted" / f"autograded {one.name}" / LESSON.name
        folder.mkdir(parents=True)
        nbformat.write(FakeRun.notebook, folder / LESSON.notebook)
    directory = course_directory(course.folder())
    directory.assignment_id = LESSON.name
    directory.config.Autograde.autograde_preprocessors = [
        *(FakeRun, LimitOutput, SaveJudgedGrades, AssignLatePenalties, CheckCellMetadata)
    ]
    start = time.perf_counter()
    with contextlib.chdir(course.folder()):
        Autograde(coursedir=directory, config=directory.config).start()
    return (time.perf_counter() - start) / len(reports) * 1000


if __name__ == "__main__":
    sys.exit(main())
