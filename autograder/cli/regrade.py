"""The command `regrade`: judge again, without running anything."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from autograder.cli import progress_log
from autograder.cli.class_run import exit_code, gradebook_of, hold, recorded_course, show, watched
from autograder.cli.options import add_gradebook, add_lesson_and_results, chosen_results, course_of
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.core.text import plural
from autograder.grading.regrade import regrade, stored_results


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    add_lesson_and_results(command)
    add_gradebook(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Judge the evidence of an earlier grading again, without running anything."""
    course = course_of(arguments, console)
    results, names = chosen_results(arguments, course)
    reports: list[Report] = []
    with (
        hold(results, "regrade", console),
        progress_log.open_log(results, "regrade") as lines,
        # Whatever happens, it writes nothing once others may.
        ThreadPoolExecutor(max_workers=1) as thread,
    ):
        lessons = [load_lesson(name) for name in names]
        # The judge works while nbgrader is imported.
        ready = {
            one.name: _start_ahead(regrade(results / one.name, one, course), thread)
            for one in lessons
        }
        with gradebook_of(arguments, course, results, console) as book:

            def add(report: Report) -> None:
                # What could not be judged again stays in the gradebook as it was judged before.
                if report.status == "graded":
                    book.add(report)

            for lesson in lessons:
                count = len(stored_results(results / lesson.name))
                lines.say(f"regrade: {plural(count, 'submission')} of {lesson.name}")
                reports += watched(ready[lesson.name], (lines.graded, add), count, console)
        reports.sort(key=lambda report: (report.lesson, report.name, report.results_folder))
        show(arguments, reports, results, console, course, recorded_course(book, course))
        code = max(exit_code(reports, console), 2 * book.failed, 1 * book.incomplete)
        lines.say(f"regrade: ended with exit code {code}")
    return code


def _start_ahead(reports: Iterator[Report], thread: Executor) -> Iterator[Report]:
    """Return the same reports, the first of which is worked on from now on, in a thread."""
    first = thread.submit(lambda: [*itertools.islice(reports, 1)])

    def each() -> Iterator[Report]:
        yield from first.result()
        yield from reports

    return each()
