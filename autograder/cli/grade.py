"""The command `grade`: grade submissions."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from autograder.cli import progress_log
from autograder.cli.class_run import (
    exit_code,
    gradebook_of,
    hold,
    isolated,
    make_grader,
    recorded_course,
    show,
    watched,
)
from autograder.cli.options import add_gradebook, add_lesson_and_results, at_least_one, course_of
from autograder.cli.report import add_summary
from autograder.core.config import ISOLATION
from autograder.core.errors import UsageError
from autograder.core.text import plural
from autograder.grading.discovery import find_submissions
from autograder.grading.executor import ExecutorFactory


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a notebook, a folder, submitted/"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    command.add_argument(
        "--summary", type=Path, metavar="FILE", help="add the results to this file, as Markdown"
    )
    command.add_argument(
        "--workers", type=at_least_one, metavar="N", help="submissions at a time (default: cores)"
    )
    command.add_argument(
        "--isolation",
        choices=ISOLATION,
        help="auto keeps submissions apart, none runs them with your own rights (default: the"
        " course's setting, else auto)",
    )
    command.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run them on a Dask cluster: tcp://… of its scheduler, or its scheduler file",
    )
    command.add_argument(
        "--force", action="store_true", help="run again what was run before and did not change"
    )
    command.add_argument(
        "--no-share", action="store_true", help="run every submission, also those that are alike"
    )
    command.add_argument(
        "--no-replay", action="store_true", help="let every submission do its own training"
    )
    add_lesson_and_results(command)
    add_gradebook(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Grade submissions, write their reports and print a table."""
    course = isolated(course_of(arguments, console), arguments.isolation)
    if arguments.no_replay:
        course = replace(course, settings=replace(course.settings, replay=False))
    submissions = find_submissions(arguments.paths)
    for path in (arguments.json, arguments.summary):
        if path and not path.resolve().parent.is_dir():
            raise UsageError(f"There is no folder {path.resolve().parent} to write in.")
    grader = replace(
        make_grader(arguments, course, console),
        share=not arguments.no_share,
        fresh=arguments.force,
        executor_factory=_on_cluster(arguments.dask) if arguments.dask else None,
    )
    workers = arguments.workers or course.settings.workers or os.cpu_count() or 1
    if not grader.sandbox_pool.sandbox.is_sealed:
        console.print("Submissions run with your own rights (isolation: none).")
    workers = min(workers, len(submissions))
    ready = grader.grade(submissions, workers=workers)
    with (
        hold(grader.results, "grade", console),
        progress_log.open_log(grader.results, "grade") as lines,
    ):
        isolation = course.settings.isolation
        lines.say(
            f"grade: {plural(len(submissions), 'submission')}, {plural(workers, 'worker')},"
            f" isolation {isolation}"
        )
        with grader:
            # While nbgrader is imported.
            grader.start()
            with gradebook_of(arguments, course, grader.results, console) as book:
                reports = watched(ready, (lines.graded, book.add), len(submissions), console)
        reports.sort(key=lambda report: (report.name, report.results_folder))
        show(arguments, reports, grader.results, console, course, recorded_course(book, course))
        if arguments.summary:
            add_summary(arguments.summary, reports)
        code = max(exit_code(reports, console), 2 * book.failed, 1 * book.incomplete)
        lines.say(f"grade: ended with exit code {code}")
    return code


def _on_cluster(address: str) -> ExecutorFactory:
    """Return what runs jobs on the Dask cluster whose scheduler has this address, or file.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        from autograder.grading.dask_executor import DaskExecutor  # noqa: PLC0415  needs the extra
    except ImportError as error:
        raise UsageError(
            "Grading on a cluster needs Dask (extra `cluster`): pip install distributed."
        ) from error
    return partial(DaskExecutor, address=address)
