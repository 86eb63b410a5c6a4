"""The course that a command works with: the named one, else that of the current folder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.core import printable
from autograder.core.config import Course, named_root, open_course, root_here
from autograder.core.course_root import CONFIG
from autograder.core.errors import CourseError
from autograder.core.lesson_registry import look_in, search_path, search_path_outside_courses

# Commands for students on their own machines.
WITHOUT_COURSE = ("check", "data")


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
        look_in(search_path(named_root(named)))


def ignore_lessons_near(notebook: Path, console: Console) -> None:
    """Ignore the lessons of a course next to or below a notebook, and say so.

    They are programs, and could come from whoever wrote the notebook.
    """
    try:
        root_here([notebook])
    except CourseError:
        if look_in(search_path_outside_courses()):
            console.print(
                "The lessons of the course in this folder are not used: they lie beside the"
                " notebook and could be its author's.",
                highlight=False,
                soft_wrap=True,
            )


def course_of(arguments: argparse.Namespace, console: Console) -> Course:
    """Return the course of a command with its settings; print it before any of its code runs.

    Raises:
        CourseError: it has to be named, or cannot be read.
    """
    graded = getattr(arguments, "paths", ())
    root = named_root(arguments.course) if arguments.course else root_here(graded)
    said = root or f"none, there is no {CONFIG} here or above"
    console.print(f"Course: {escape(printable.line(str(said)))}", highlight=False, soft_wrap=True)
    return open_course(root)
