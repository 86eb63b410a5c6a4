"""Commands that show what is kept of a class; nothing is run."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from rich.console import Console

from autograder.course import find_course
from autograder.errors import UsageError, writing
from autograder.evidence import write_whole
from autograder.grading.regrade import kept
from autograder.lesson import Lesson, lesson_names, load_lesson
from autograder.render import class_report, markdown, terminal
from autograder.report import Report


def report(arguments: argparse.Namespace, console: Console) -> int:
    """Make the page of a class again, and print its misconceptions."""
    del console
    results = arguments.results or (find_course(Path.cwd()).root or Path.cwd()) / "results"
    names = [arguments.lesson] if arguments.lesson else lessons_in(results)
    if arguments.output and len(names) > 1:
        raise UsageError(f"Say which one with --lesson: there are results of {', '.join(names)}.")
    for name in names:
        lesson, folder = load_lesson(name), results / name
        path = write_page(folder, lesson, arguments.output)
        print(f"{lesson.title}:")
        Console().print(terminal.mistakes([one.report for one in kept(folder)]))
        print(f"Reports: {path}")
    return 0


def write_page(folder: Path, lesson: Lesson, path: Path | None = None) -> Path:
    """Write the page over all that is kept in the folder of a lesson's results; where it is.

    Raises:
        SubmissionError: there is nothing.
        ResultsError: it cannot be written.
    """
    path = path or folder / "index.html"
    reports = [one.report for one in kept(folder)]
    seen = quote(Path(os.path.relpath(folder, path.parent)).as_posix())
    with writing():
        write_whole(path, class_report.page(reports, lesson, folder=seen).encode())
    return path


def add_summary(path: Path, reports: Sequence[Report]) -> None:
    """Add what was found to a Markdown file, which may hold something already.

    Raises:
        ResultsError: it cannot be written.
    """
    with writing(), path.open("a", encoding="utf-8") as file:
        for name in dict.fromkeys(one.lesson for one in reports):
            own = [one for one in reports if one.lesson == name]
            file.write(markdown.summary(own, load_lesson(name)))


def lessons_in(results: Path) -> Sequence[str]:
    """The lessons that there are results of.

    Raises:
        UsageError: there are none.
    """
    names = [name for name in lesson_names() if (results / name).is_dir()]
    if not names:
        raise UsageError(f"There are no results in {results}. Grade the submissions first.")
    return names
