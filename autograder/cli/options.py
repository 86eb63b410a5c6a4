"""Options that several commands share, first of all the course that they work with."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder.core import printable
from autograder.core.config import Course, current_root, named_root, open_course
from autograder.core.course_root import CONFIG
from autograder.core.errors import CourseError, UsageError
from autograder.core.lesson_registry import (
    lesson_names,
    search_lessons_in,
    search_path,
    search_path_outside_courses,
)

MAX_TIME = 9999  # days or hours of an extension


def add_course(command: argparse.ArgumentParser) -> None:
    """Add the option that names a course."""
    command.add_argument(
        "--course", type=Path, metavar="DIR", help="the course (default: the one you stand in)"
    )


def use_lessons_of_course(argv: Sequence[str] | None) -> None:
    """Use the lessons of the named course, before the other options are parsed.

    Raises:
        CourseError: the named folder is no course.
    """
    # The choices of other options depend on the lessons.
    first = argparse.ArgumentParser(add_help=False)
    add_course(first)
    if named := first.parse_known_args(argv)[0].course:
        search_lessons_in(search_path(named_root(named)))


def ignore_lessons_nearby(notebook: Path, console: Console) -> None:
    """Ignore the lessons of a course next to or below a notebook, and say so.

    They are programs, and could come from whoever wrote the notebook.
    """
    try:
        current_root([notebook])
    except CourseError:
        if search_lessons_in(search_path_outside_courses()):
            console.print(
                "The lessons of the course in this folder are not used: they lie beside the"
                " notebook and could be its author's.",
                soft_wrap=True,
            )


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that prints texts as they are: brackets in a path are not markup."""
    return Console(stderr=stderr, markup=False, highlight=False)


def course_of(arguments: argparse.Namespace, console: Console) -> Course:
    """Return the course of a command, and print which it is before anything of it is run.

    Raises:
        CourseError: it has to be named, or cannot be read.
    """
    graded = getattr(arguments, "paths", ())
    root = named_root(arguments.course) if arguments.course else current_root(graded)
    message = root or f"none, there is no {CONFIG} here or above"
    console.print(f"Course: {printable.line(str(message))}", soft_wrap=True)
    return open_course(root)


def add_lesson_and_results(command: argparse.ArgumentParser, default: str = "results/") -> None:
    """Add the options that choose a lesson and a folder of results."""
    command.add_argument(
        "--lesson", choices=lesson_names(), help="(default: detected from the notebook)"
    )
    command.add_argument("--results", type=Path, metavar="FOLDER", help=f"(default: {default})")


def chosen_results(
    arguments: argparse.Namespace, course: Course, *, only_one: bool = False
) -> tuple[Path, list[str]]:
    """Return the folder of results, and the chosen lesson or else all that have results in it.

    Raises:
        UsageError: no lesson is chosen, and none has results, or several where it has to be one.
    """
    results = arguments.results or course.base / "results"
    if arguments.lesson:
        return results, [arguments.lesson]
    names = [name for name in lesson_names() if (results / name).is_dir()]
    if not names:
        raise UsageError(f"There are no results in {results}. Grade the submissions first.")
    if only_one and len(names) > 1:
        raise UsageError(f"Say which one with --lesson: there are results of {', '.join(names)}.")
    return results, names


def add_gradebook(command: argparse.ArgumentParser) -> None:
    """Add the option that leaves the gradebook alone."""
    command.add_argument(
        "--no-gradebook", action="store_true", help="leave nbgrader's gradebook alone"
    )


def at_least_one(text: str) -> int:
    """Read a number of one or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def not_negative(text: str) -> int:
    """Read a number of days or hours, zero or more."""
    number = int(text)
    # More than anybody needs, and few enough for `timedelta`.
    if not 0 <= number <= MAX_TIME:
        raise argparse.ArgumentTypeError(f"from 0 to {MAX_TIME}")
    return number
