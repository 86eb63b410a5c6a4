"""Commands that grade: a class, a class once more, one's own notebook."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from autograder.cli import progress_log
from autograder.cli.dataset_option import data_home
from autograder.cli.options import course_of, leave_lessons_beside
from autograder.cli.report import add_summary, lessons_in, what_counts, write_page
from autograder.core import printable
from autograder.core.config import Course
from autograder.core.errors import CourseError, UsageError, writing
from autograder.core.evidence import write_whole
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.grading import Grader, place_for
from autograder.grading.compare_saved import differing_points
from autograder.grading.dask_executor import DaskExecutor
from autograder.grading.discovery import Submission, find_submissions
from autograder.grading.regrade import regrade, stored_results
from autograder.grading.results_lock import held
from autograder.reports import json_report, phrases, terminal

if TYPE_CHECKING:
    from autograder.nbgrader_plugin.gradebook_sync import GradebookSync


def grade(arguments: argparse.Namespace, console: Console) -> int:
    """Grade submissions, write their reports, print a table."""
    course = _isolated(course_of(arguments, console), arguments.isolation)
    submissions = find_submissions(arguments.paths)
    for path in (arguments.json, arguments.summary):
        if path and not path.resolve().parent.is_dir():
            raise UsageError(f"There is no folder {path.resolve().parent} to write in.")
    grader = replace(
        _grader(arguments, course, console),
        share=not arguments.no_share,
        fresh=arguments.force,
        executor_factory=partial(DaskExecutor, address=arguments.dask) if arguments.dask else None,
    )
    workers = arguments.workers or course.settings.workers or os.cpu_count() or 1
    if course.settings.isolation == "none":
        console.print("Submissions run with your own rights (isolation: none).", highlight=False)
    workers = min(workers, len(submissions))
    ready = grader.grade(submissions, workers=workers)
    with (
        _held(grader.results, "grade", console),
        progress_log.opened(grader.results, "grade") as lines,
    ):
        isolation = course.settings.isolation
        lines.say(
            f"grade: {len(submissions)} submissions, {workers} workers, isolation {isolation}"
        )
        with grader, _gradebook(arguments, course, grader.results, console) as book:
            reports = _watched(ready, (lines.graded, book.add), len(submissions), console)
        reports.sort(key=lambda report: (report.name, report.place))
        _show(arguments, reports, grader.results, console, _entered_in(book, course))
        if arguments.summary:
            add_summary(arguments.summary, reports)
        code = max(_exit_code(reports, console), 2 * book.failed, 1 * book.incomplete)
        lines.say(f"grade: ended with exit code {code}")
    return code


def rejudge(arguments: argparse.Namespace, console: Console) -> int:
    """Judge again what an earlier grading has left, without running anything."""
    course = course_of(arguments, console)
    results = arguments.results or (course.root or Path.cwd()) / "results"
    names = [arguments.lesson] if arguments.lesson else lessons_in(results)
    reports: list[Report] = []
    with _held(results, "regrade", console), progress_log.opened(results, "regrade") as lines:
        with _gradebook(arguments, course, results, console) as book:

            def add(report: Report) -> None:
                # What could not be judged again is in the gradebook as it was judged before.
                if report.status == "graded":
                    book.add(report)

            for lesson in map(load_lesson, names):
                ready = regrade(results / lesson.name, lesson, course)
                count = len(stored_results(results / lesson.name))
                lines.say(f"regrade: {count} submissions of {lesson.name}")
                reports += _watched(ready, (lines.graded, add), count, console)
        reports.sort(key=lambda report: (report.lesson, report.name, report.place))
        _show(arguments, reports, results, console, _entered_in(book, course))
        code = max(_exit_code(reports, console), 2 * book.failed, 1 * book.incomplete)
        lines.say(f"regrade: ended with exit code {code}")
    return code


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Rehearse: the points and words of the official grade, on a student's own machine."""
    course = _isolated(Course(), "none")
    leave_lessons_beside(arguments.notebook, console)
    console.print(
        "A rehearsal: your notebook is run here from the top, on its own, with your own rights"
        " (not isolated). The points are those of the official grade.",
        highlight=False,
    )
    submission = Submission(name=arguments.notebook.stem, path=arguments.notebook)
    with tempfile.TemporaryDirectory() as scratch:
        arguments.results = arguments.results or Path(scratch)
        with _grader(arguments, course, console) as grader:
            (report,) = terminal.watched(grader.grade([submission]), 1, console)
    if report.status == "graded":
        for line in (*([report.reason] if report.reason else ()), *report.notes):
            print(f"Note: {line}")
        lesson = load_lesson(report.lesson)
        for question in lesson.questions:
            if results := report.of(question.name):
                print(phrases.answer(question, results, more=arguments.more))
        print(f"Together: {phrases.points(report.checks)}")
        for line in differing_points(arguments.notebook, report, lesson):
            print(f"Look here. {line}")
    return _exit_code([report], console)


def _isolated(course: Course, isolation: str | None) -> Course:
    """The course with another isolation than its own, where one is given."""
    if isolation is None:
        return course
    return replace(course, settings=replace(course.settings, isolation=isolation))


def _grader(arguments: argparse.Namespace, course: Course, console: Console) -> Grader:
    lesson = load_lesson(arguments.lesson) if arguments.lesson else None
    results = arguments.results or (course.root or Path.cwd()) / "results"
    return Grader(course=course, data_home=data_home(console), results=results, lesson=lesson)


def _held(results: Path, command: str, console: Console) -> contextlib.AbstractContextManager[None]:
    def say(text: str) -> None:
        console.print(escape(text), highlight=False, soft_wrap=True)

    return held(results, f"autograder {command}", say)


class _NoBook:
    """In the place of a gradebook where there is none."""

    failed = incomplete = False

    def add(self, report: Report) -> None:
        """Nothing is entered anywhere."""


@contextlib.contextmanager
def _gradebook(
    arguments: argparse.Namespace, course: Course, results: Path, console: Console
) -> Iterator[GradebookSync | _NoBook]:
    """Who writes to the course's gradebook, where there is one."""
    book: GradebookSync | _NoBook = _NoBook()
    with contextlib.ExitStack() as stack:
        if course.root and not arguments.no_gradebook:
            # Only here: nbgrader takes a second to import.
            from autograder.nbgrader_plugin import gradebook_sync  # noqa: PLC0415

            try:
                if gradebook_sync.has_submissions(course):
                    book = stack.enter_context(gradebook_sync.GradebookSync(course, results))
            except CourseError as error:
                said = f"The gradebook is left alone. {escape(str(error))}"
                console.print(said, highlight=False, soft_wrap=True)
        yield book
    if not isinstance(book, _NoBook):
        for remark in book.remarks:
            console.print(escape(remark), highlight=False, soft_wrap=True)


def _entered_in(book: GradebookSync | _NoBook, course: Course) -> Course:
    """The course whose gradebook was written; a gradebook left alone is not read either."""
    return Course() if isinstance(book, _NoBook) else course


def _watched(
    ready: Iterable[Report],
    takers: Sequence[Callable[[Report], None]],
    total: int,
    console: Console,
) -> list[Report]:
    """All the reports, each given to the log and the gradebook, with progress meanwhile."""

    def noted() -> Iterator[Report]:
        for report in ready:
            for take in takers:
                take(report)
            yield report

    return terminal.watched(noted(), total, console)


def _show(
    arguments: argparse.Namespace,
    reports: Sequence[Report],
    results: Path,
    console: Console,
    entered: Course,
) -> None:
    """Write the JSON and the pages of the classes; print the table, and what needs a look.

    ``entered`` is the course in whose gradebook they are.
    """
    Console().print(terminal.table(reports))
    if open_ := [report.name for report in reports if report.needs_a_look]:
        names = ", ".join(escape(printable.line(name)) for name in open_)
        console.print(f"A person has to look at: {names}", soft_wrap=True)
    for report in reports:
        if report.place not in ("", place_for(report.name)):
            said = f"{report.name}: more than one has this name; see {report.place}."
            console.print(escape(printable.line(said)), highlight=False, soft_wrap=True)
    if cold := sum(not report.warm for report in reports):
        console.print(
            f"TensorFlow was loaded anew for {cold} of them: `autograder doctor` says why.",
            highlight=False,
        )
    with writing():
        if arguments.json:
            write_whole(arguments.json, json_report.document(reports).encode())
    for name in dict.fromkeys(report.lesson for report in reports):
        # All that is kept: perhaps only some were graded just now.
        lesson = load_lesson(name)
        gradebook = what_counts(entered, lesson, console)
        print(f"Reports: {write_page(results / name, lesson, gradebook=gradebook)}")


def _exit_code(reports: Sequence[Report], console: Console) -> int:
    troubles = [report.trouble for report in reports if report.trouble]
    for trouble in troubles:
        console.print(escape(trouble), highlight=False)
    if troubles:
        return 2
    return 1 if any(report.status == "failed" for report in reports) else 0
