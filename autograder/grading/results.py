"""What is written about a submission: evidence, report, and the notebook that shows it."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.evidence import Run, write_whole
from autograder.execution import Trace
from autograder.execution.restore import Restored
from autograder.grading import sharing
from autograder.grading.plan import Plan
from autograder.judge import Verdicts
from autograder.lesson import Lesson
from autograder.render import feedback
from autograder.render.notebook import filled
from autograder.report import Report
from autograder.submissions import Submission, readable


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A report, and the notebook that shows it."""

    report: Report
    notebook: NotebookNode


def report_on(plan: Plan, trace: Trace, run: Run, verdicts: Verdicts) -> Report:
    """The report on a submission that was run and judged."""
    return Report(
        name=plan.submission.name,
        notebook=plan.submission.notebook,
        reason=run.stopped or run.trouble,
        isolation=run.isolation,
        seconds=run.seconds,
        shared=run.shared,
        warm=trace.warm or trace.isolation == "none",
        interrupted=bool(trace.stopped and trace.stopped.by_others),
        limits=run.limits,
        program=sharing.program(plan.job),
        notes=run.notes,
        full_score=plan.lesson.max_score,
        place=plan.place,
        lesson=plan.lesson.name,
        folder=_folder(plan.submission),
        checks=verdicts.checks,
        measures=verdicts.measures,
    )


def failed(submission: Submission, reason: str, lesson: Lesson) -> Report:
    """The report on a submission that could not be run."""
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
    """Nothing earned, and why: the blank notebook stands in for what could not be read."""
    report = failed(submission, reason, lesson)
    return Graded(report=report, notebook=filled(restored.notebook, report, lesson))


def write_report(
    folder: Path, report: Report, lesson: Lesson, notebook: NotebookNode | None = None
) -> None:
    """Write ``report.json``, and ``report.html`` with the notebook that shows the report."""
    write_whole(folder / "report.json", msgspec.json.format(msgspec.json.encode(report)))
    write_whole(folder / "report.html", feedback.page(report, lesson, notebook).encode())


def write_notebook(folder: Path, notebook: NotebookNode) -> None:
    """Write the notebook that shows a report."""
    write_whole(folder / "notebook.ipynb", nbformat.writes(notebook).encode())


def read_notebook(folder: Path) -> NotebookNode | None:
    """The notebook that shows a report, ``None`` where there is none."""
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


def place_for(name: str) -> str:
    """A folder name for a student's name: no separators, no dots in front, not too long."""
    safe = re.sub(r"[/\\\x00-\x1f:]", "_", name).strip(" .")
    # The page of the class lies beside the folders.
    return f"_{safe}" if safe == "index.html" else safe[:100] or "_"


def source_of(submission: Submission, results: Path) -> str:
    """What was handed in, as seen from the folder of all results: both may be moved together.

    Empty where there is no telling, as of a student who handed in nothing.
    """
    source = submission.source or submission.folder or submission.path
    return readable(os.path.relpath(source.resolve(), results.resolve())) if source else ""


class _Owned(msgspec.Struct, frozen=True):
    """Of a report that is there already: whose it is."""

    source: str = ""


class Places:
    """Folder names for the results of submissions, no two alike in one lesson.

    A submission that is graded again has the folder that it had before, and no other one's.
    """

    def __init__(self, results: Path) -> None:
        self._results = results
        self._taken: set[tuple[str, str]] = set()

    def take(self, lesson: Lesson, submission: Submission) -> str:
        """The folder name for a submission."""
        source = source_of(submission, self._results)
        first = place_for(submission.name)
        free = None
        for number in itertools.count(1):
            place = first if number == 1 else f"{first} ({number})"
            if (lesson.name, place) in self._taken:
                continue
            owner = self._owner(self._results / lesson.name / place)
            if owner and owner == source:
                free = place
            elif not owner:
                free = free or place
            if owner is None or (owner and owner == source):
                break
        assert free
        self._taken.add((lesson.name, free))
        return free

    def _owner(self, folder: Path) -> str | None:
        """Whose results lie there: empty where nobody can tell, ``None`` where there are none."""
        if not folder.exists():
            return None
        with contextlib.suppress(OSError, ValueError):
            return msgspec.json.decode((folder / "report.json").read_bytes(), type=_Owned).source
        return ""
