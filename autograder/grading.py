"""Submissions to reports: run each, judge it, write down what was found."""

from __future__ import annotations

import functools
import re
import shutil
import threading
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.course import Course
from autograder.errors import IsolationError, SubmissionError
from autograder.evidence import Evidence, save, write_whole
from autograder.execution import CancelledError, Rooms, execute
from autograder.execution.reading import ReadNotebook, read_notebook
from autograder.execution.restore import Restored, grade_id, restore
from autograder.judge import JudgeError, judge_apart
from autograder.lesson import Lesson, guess_lesson, lesson_names, load_lesson
from autograder.render import html
from autograder.render.notebook import filled
from autograder.report import Report
from autograder.submissions import Submission


@dataclass(frozen=True, kw_only=True)
class Grader:
    """How a class is graded: with which course, on which data, and where results go.

    A context manager: at its end the rooms in which submissions were run are closed.
    """

    course: Course
    data_home: Path
    results: Path
    lesson: Lesson | None = None
    _cancel: threading.Event = field(default_factory=threading.Event)

    @functools.cached_property
    def rooms(self) -> Rooms:
        """Where the submissions are run."""
        private = (self.results, *([self.course.root] if self.course.root else []))
        return Rooms(settings=self.course.settings, data_home=self.data_home, private=private)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.rooms.close()

    def grade(self, submissions: Sequence[Submission], *, workers: int = 1) -> Iterator[Report]:
        """The report of each submission, as they are ready.

        A submission that cannot be run gives a ``failed`` report; so does one that our own
        code stumbled over, with the traceback in ``Report.trouble``.
        """
        places = _places(submissions)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            waiting = [pool.submit(self._one, one, places[i]) for i, one in enumerate(submissions)]
            try:
                for done in as_completed(waiting):
                    yield done.result()
            except BaseException:
                # Ctrl-C among them: what is running is given up, what was written stays.
                self._cancel.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _one(self, submission: Submission, place: str) -> Report:
        try:
            return self.grade_one(submission, place)
        except (CancelledError, IsolationError):
            raise
        except Exception as error:  # noqa: BLE001  one submission must not end the class
            report = _failed(submission, f"The grader itself failed: {error}".partition("\n")[0])
            return self._kept(replace(report, trouble=traceback.format_exc()), place)

    def grade_one(self, submission: Submission, place: str | None = None) -> Report:
        """Run and judge one submission and write its results."""
        try:
            read, lesson = self._read(submission)
        except SubmissionError as error:
            return self._kept(_failed(submission, str(error)), place)
        released = nbformat.read(self.course.released(lesson), as_version=4)
        restored = restore(read.notebook, released)
        return self.run_and_judge(
            submission,
            lesson,
            replace(restored, notes=(*submission.notes, *read.notes, *restored.notes)),
            place or place_for(submission.name),
        ).report

    def run_and_judge(
        self, submission: Submission, lesson: Lesson, restored: Restored, place: str
    ) -> Graded:
        """Run a notebook that was put right, judge it, and keep evidence, report and notebook."""
        executed = execute(
            restored,
            lesson,
            self.rooms,
            beside=submission.folder,
            cancel=self._cancel,
        )
        folder = self.results / lesson.name / place
        save(executed.evidence, folder)
        report = judged(submission, executed.evidence, folder, lesson, self.course)
        notebook = filled(executed.notebook, report, lesson)
        write_report(folder, report, lesson)
        write_whole(folder / "notebook.ipynb", nbformat.writes(notebook).encode())
        return Graded(report=report, notebook=notebook)

    def _kept(self, report: Report, place: str | None) -> Report:
        """A report on what could not be run, in place of an earlier one."""
        lesson = self.lesson or load_lesson(lesson_names()[0])
        report = replace(report, place=place or place_for(report.name))
        folder = self.results / lesson.name / report.place
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_report(folder, report, lesson)
        return report

    def _read(self, submission: Submission) -> tuple[ReadNotebook, Lesson]:
        if submission.path is None:
            raise SubmissionError("There is no notebook in this folder.")
        read = read_notebook(submission.path)
        lesson = self.lesson or guess_lesson(
            name for cell in read.notebook.cells if (name := grade_id(cell))
        )
        if lesson is None and submission.folder and submission.folder.name in lesson_names():
            lesson = load_lesson(submission.folder.name)
        if lesson is None and len(lesson_names()) == 1:
            lesson = load_lesson(lesson_names()[0])
        if lesson is None:
            raise SubmissionError("This notebook belongs to no lesson that is known here.")
        return read, lesson


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A report, and the notebook that shows it."""

    report: Report
    notebook: NotebookNode


def judged(
    submission: Submission, evidence: Evidence, folder: Path, lesson: Lesson, course: Course
) -> Report:
    """The report on evidence that is kept in ``folder``."""
    verdicts = judge_apart([folder], lesson, course)[str(folder.resolve())]
    if isinstance(verdicts, str):
        raise JudgeError(verdicts)
    run = evidence.run
    return Report(
        name=submission.name,
        notebook=submission.notebook,
        reason=run.stopped or run.trouble,
        isolation=run.isolation,
        seconds=run.seconds,
        notes=run.notes,
        full_score=lesson.max_score,
        place=folder.name,
        checks=verdicts.checks,
        measures=verdicts.measures,
    )


def unreadable(submission: Submission, restored: Restored, lesson: Lesson, reason: str) -> Graded:
    """Nothing earned, and why: the blank notebook stands in for what could not be read."""
    report = replace(_failed(submission, reason), full_score=lesson.max_score)
    return Graded(report=report, notebook=filled(restored.notebook, report, lesson))


def write_report(folder: Path, report: Report, lesson: Lesson) -> None:
    """Write ``report.json`` and ``report.html``."""
    write_whole(folder / "report.json", msgspec.json.format(msgspec.json.encode(report)))
    write_whole(folder / "report.html", html.page(report, lesson).encode())


def place_for(name: str) -> str:
    """A folder name for a student's name: no separators, no dots in front, not too long."""
    safe = re.sub(r"[/\\\x00-\x1f:]", "_", name).strip(" .")
    return safe[:100] or "_"


def _places(submissions: Sequence[Submission]) -> list[str]:
    places: list[str] = []
    for submission in submissions:
        place, number = place_for(submission.name), 2
        while place in places:
            place, number = f"{place_for(submission.name)} ({number})", number + 1
        places.append(place)
    return places


def _failed(submission: Submission, reason: str) -> Report:
    return Report(
        name=submission.name,
        notebook=submission.notebook,
        status="failed",
        reason=reason,
        full_score=max(load_lesson(name).max_score for name in lesson_names()),
    )
