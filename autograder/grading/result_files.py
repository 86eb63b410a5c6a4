"""What is written about a submission: evidence, report, and the notebook that shows it."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import itertools
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.core import decode
from autograder.core.atomic_write import write_atomic
from autograder.core.evidence import Run
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.core.verdicts import Verdicts
from autograder.grading.discovery import Submission, readable
from autograder.grading.limited_process import LimitedProcess, OverBudgetError
from autograder.grading.plan import Plan
from autograder.notebooks.restore import Restored, grade_id
from autograder.reports import feedback
from autograder.reports.annotate import filled, refilled

OMITTED_NOTE = (
    "To show this notebook takes more time or memory than any homework needs: what was added to the"
    " lesson's own cells, and all outputs, were left out."
)

# Bytes of a folder's name, before a digest and a number.
MAX_FOLDER_NAME = 200
DIGEST = re.compile(r"~[0-9a-f]{12}\Z")


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A report, and the notebook that shows it."""

    report: Report
    notebook: NotebookNode


def report_on(plan: Plan, run: Run, verdicts: Verdicts) -> Report:
    """Return the report on a submission that was run and judged."""
    return Report(
        name=plan.submission.name,
        notebook=plan.submission.notebook,
        reason=run.stopped or run.trouble,
        isolation=run.isolation,
        seconds=run.seconds,
        shared=run.shared,
        warm=run.warm,
        training=run.training,
        interrupted=run.interrupted,
        limits=run.limits,
        program=plan.job.program,
        job=run.job,
        notes=run.notes,
        full_score=plan.lesson.max_score,
        results_folder=plan.results_folder,
        lesson=plan.lesson.name,
        folder=_folder(plan.submission),
        checks=verdicts.checks,
        measures=verdicts.measures,
    )


def failed(submission: Submission, reason: str, lesson: Lesson) -> Report:
    """Return the report on a submission that could not be run."""
    return Report(
        name=submission.name,
        notebook=submission.notebook,
        status="failed",
        reason=reason,
        full_score=lesson.max_score,
        lesson=lesson.name,
        folder=_folder(submission),
    )


def _folder(submission: Submission) -> str:
    return readable(str(submission.folder.resolve())) if submission.folder else ""


def unreadable(submission: Submission, restored: Restored, lesson: Lesson, reason: str) -> Graded:
    """Return a report without points and the blank notebook, for what could not be read."""
    report = failed(submission, reason, lesson)
    return Graded(report=report, notebook=filled(restored.notebook, report, lesson))


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A report, the notebook that shows it, and the page with both."""

    report: Report
    notebook: NotebookNode
    page: bytes
    text: bytes


def draw(notebook: NotebookNode, report: Report, lesson: str, *, fresh: bool) -> Drawn:
    """Draw a report into a notebook, and both as a page.

    ``fresh``: the notebook comes from a run; else it is one that was drawn before.
    """
    of = load_lesson(lesson)
    shown = (filled if fresh else refilled)(notebook, report, of)
    return Drawn(
        report=report,
        notebook=shown,
        page=feedback.page(report, of, shown).encode(),
        text=nbformat.v4.writes(shown).encode(),
    )


def draw_limited(
    reader: LimitedProcess, notebook: NotebookNode, report: Report, lesson: Lesson, *, fresh: bool
) -> Drawn:
    """Call :func:`draw` in another process within its limits.

    A notebook that takes more is shown without all that the student added to it.

    Raises:
        OverBudgetError: that takes too much as well.
    """
    try:
        return reader.call(draw, notebook, report, lesson.name, fresh=fresh)
    except OverBudgetError:
        report = replace(report, notes=(*report.notes, OMITTED_NOTE))
        return reader.call(draw, _plain(notebook), report, lesson.name, fresh=fresh)


def _plain(notebook: NotebookNode) -> NotebookNode:
    """Return the lesson's own cells, with what the student wrote in them and no outputs."""
    plain = copy.copy(notebook)
    plain.cells = [copy.copy(cell) for cell in notebook.cells if grade_id(cell)]
    for cell in plain.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    return plain


def write(folder: Path, drawn: Drawn) -> None:
    """Write ``report.json``, ``report.html`` with the notebook, and ``notebook.ipynb``."""
    _write(folder, drawn.report, drawn.page)
    write_atomic(folder / "notebook.ipynb", drawn.text)


def write_report(folder: Path, report: Report, lesson: Lesson) -> None:
    """Write ``report.json`` and ``report.html``, without a notebook."""
    _write(folder, report, feedback.page(report, lesson, None).encode())


def _write(folder: Path, report: Report, page: bytes) -> None:
    write_atomic(folder / "report.json", msgspec.json.format(msgspec.json.encode(report)))
    write_atomic(folder / "report.html", page)


def read_notebook(folder: Path) -> NotebookNode | None:
    """Read the notebook that shows a report, ``None`` where there is none."""
    path = folder / "notebook.ipynb"
    # Not ``nbformat.read``: we have written it ourselves, and to check it again takes most time.
    return nbformat.v4.reads(path.read_text(encoding="utf-8")) if path.exists() else None


def write_alone(folder: Path, report: Report, lesson: Lesson) -> None:
    """Write a report on what could not be run; what an earlier run left there goes.

    Where that is our own fault, it stays.
    """
    if not report.trouble:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_report(folder, report, lesson)


def folder_name_for(name: str) -> str:
    """Return a folder name for a student's name: no separators or leading dots, not too long.

    Different names have different folders: a changed name gets a digest appended.
    """
    safe = re.sub(r"[/\\\x00-\x1f:]", "_", name).strip(" .")
    # In letters, and in bytes: a file name has at most 255, and more may be appended.
    short = (
        safe[:100].encode(errors="replace")[:MAX_FOLDER_NAME].decode(errors="ignore").strip(" .")
    )
    # The page of the class is stored beside the folders.
    if short == name and short.casefold() != "index.html" and not DIGEST.search(name):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return f"{short or '_'}~{digest[:12]}"


def source_of(submission: Submission, results: Path) -> str:
    """Return the submission's path relative to the results folder: both may move together.

    Empty where it is unknown, as for a student who submitted nothing.
    """
    source = submission.source or submission.folder or submission.path
    return readable(os.path.relpath(source.resolve(), results.resolve())) if source else ""


class _Owned(msgspec.Struct, frozen=True):
    """The part of an existing report that names its submission."""

    source: str = ""


class ResultFolders:
    """Folder names for the results of submissions, no two alike in one lesson.

    A submission that is graded again has the folder that it had before, and no other one's.
    """

    def __init__(self, results: Path) -> None:
        self._results = results
        self._used: set[tuple[str, str]] = set()

    def take(self, lesson: Lesson, submission: Submission) -> str:
        """Choose the folder name for a submission."""
        source = source_of(submission, self._results)
        first = folder_name_for(submission.name)
        free = None
        for number in itertools.count(1):
            results_folder = first if number == 1 else f"{first} ({number})"
            if (lesson.name, _alike(results_folder)) in self._used:
                continue
            owner = self._owner(self._results / lesson.name / results_folder)
            if owner and owner == source:
                free = results_folder
            elif not owner:
                free = free or results_folder
            if owner is None or (owner and owner == source):
                break
        assert free
        self._used.add((lesson.name, _alike(free)))
        return free

    def _owner(self, folder: Path) -> str | None:
        """Return whose results lie there: empty where unknown, ``None`` where there are none."""
        if not folder.exists():
            return None
        with contextlib.suppress(OSError, ValueError):
            return decode.from_json((folder / "report.json").read_bytes(), _Owned).source
        return ""


def _alike(results_folder: str) -> str:
    """Return the name as seen by a file system that ignores case."""
    return unicodedata.normalize("NFC", results_folder).casefold()
