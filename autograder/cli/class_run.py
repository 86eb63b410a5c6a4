"""What the commands that grade share: the gradebook, the progress, what is shown at the end."""

from __future__ import annotations

import argparse
import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.cli.dataset_option import data_home
from autograder.cli.options import plain_console
from autograder.cli.report import show_review, what_counts, write_page
from autograder.core import printable
from autograder.core.atomic_write import write_atomic
from autograder.core.config import Course
from autograder.core.errors import CourseError, writing
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.core.report import Report
from autograder.grading import points
from autograder.grading.grader import Grader
from autograder.grading.result_files import folder_name_for
from autograder.grading.results_lock import lock_results
from autograder.reports import json_report, terminal

if TYPE_CHECKING:
    from autograder.nbgrader_plugin.gradebook_sync import GradebookSync


def isolated(course: Course, isolation: str | None) -> Course:
    """Return the course with this *isolation*, or as it is where none is given."""
    if isolation is None:
        return course
    return replace(course, settings=replace(course.settings, isolation=isolation))


def make_grader(arguments: argparse.Namespace, course: Course, console: Console) -> Grader:
    """Return a grader of the chosen lesson that writes into the chosen folder."""
    lesson = load_lesson(arguments.lesson) if arguments.lesson else None
    results = arguments.results or course.base / "results"
    home = data_home(console, lesson)
    for one in [lesson] if lesson else _released_here(course):
        for line in points.differences(one, one.released):
            console.print(f"Warning: {line}", soft_wrap=True)
    return Grader(course=course, data_home=home, results=results, lesson=lesson)


def _released_here(course: Course) -> Iterator[Lesson]:
    """Yield the lessons that the course has released."""
    for name in lesson_names() if course.root else ():
        if (course.folder() / "release" / name).is_dir():
            yield load_lesson(name)


def hold(results: Path, command: str, console: Console) -> contextlib.AbstractContextManager[None]:
    """Keep other commands from writing into a folder of results; say for whom we wait."""
    say = functools.partial(console.print, soft_wrap=True)
    return lock_results(results, f"autograder {command}", say)


class NoGradebook:
    """Stands in for a gradebook where there is none."""

    failed = incomplete = False

    def add(self, report: Report) -> None:
        """Do nothing."""


@contextlib.contextmanager
def gradebook_of(
    arguments: argparse.Namespace, course: Course, results: Path, console: Console
) -> Iterator[GradebookSync | NoGradebook]:
    """Yield what writes to the course's gradebook, where there is one."""
    book: GradebookSync | NoGradebook = NoGradebook()
    with contextlib.ExitStack() as stack:
        if course.root and not arguments.no_gradebook:
            # Only here: nbgrader takes a second to import.
            from autograder.nbgrader_plugin import gradebook_sync  # noqa: PLC0415

            try:
                if gradebook_sync.has_submissions(course):
                    book = stack.enter_context(gradebook_sync.GradebookSync(course, results))
            except CourseError as error:
                message = f"The gradebook is left alone. {error}"
                console.print(message, soft_wrap=True)
        yield book
    if not isinstance(book, NoGradebook):
        for remark in book.remarks:
            console.print(remark, soft_wrap=True)


def recorded_course(book: GradebookSync | NoGradebook, course: Course) -> Course:
    """Return the course whose gradebook was written, an empty one where none was."""
    return Course() if isinstance(book, NoGradebook) else course


def watched(
    ready: Iterable[Report],
    takers: Sequence[Callable[[Report], None]],
    total: int,
    console: Console,
) -> list[Report]:
    """Return all reports; pass each to the log and the gradebook, and show the progress."""

    def noted() -> Iterator[Report]:
        for report in ready:
            for take in takers:
                take(report)
            yield report

    return terminal.watched(noted(), total, console)


def show(
    arguments: argparse.Namespace,
    reports: Sequence[Report],
    results: Path,
    console: Console,
    course: Course,
    recorded_course: Course,
) -> None:
    """Write the JSON and the class pages; print the table and what needs manual review.

    ``recorded_course`` is the ``course`` if the grades are in its gradebook, else an empty one.
    """
    plain_console().print(terminal.table(reports))
    if open_ := [report.name for report in reports if report.needs_review]:
        names = ", ".join(printable.line(name) for name in open_)
        console.print(f"Needs manual review: {names}", soft_wrap=True)
    for report in reports:
        if report.results_folder not in ("", folder_name_for(report.name)):
            message = f"{report.name}: more than one has this name; see {report.results_folder}."
            console.print(printable.line(message), soft_wrap=True)
    if cold := sum(not report.warm for report in reports):
        console.print(
            f"TensorFlow was loaded again for {cold} of them: `autograder doctor` says why.",
        )
    with writing():
        if arguments.json:
            write_atomic(arguments.json, json_report.document(reports).encode())
    for name in dict.fromkeys(report.lesson for report in reports):
        # All stored results: perhaps only some were graded just now.
        lesson = load_lesson(name)
        gradebook = what_counts(recorded_course, lesson, console)
        answers = show_review(results / name, lesson, course, console)
        path = write_page(results / name, lesson, gradebook=gradebook, answers=answers)
        print(f"Reports: {path}")


def exit_code(reports: Sequence[Report], console: Console) -> int:
    """Return 2 where the grader itself failed, whose tracebacks are shown, 1 where a file did."""
    troubles = [report.trouble for report in reports if report.trouble]
    for trouble in troubles:
        console.print(trouble)
    if troubles:
        return 2
    return 1 if any(report.status == "failed" for report in reports) else 0
