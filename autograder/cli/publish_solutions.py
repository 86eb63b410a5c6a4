"""The command `publish-solutions`: give students the solutions."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from autograder.cli.options import course_of
from autograder.core.errors import CourseError, UsageError
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.nbgrader_plugin import release_solutions


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--lesson", choices=lesson_names(), help="(default: all that are solved)")
    command.add_argument(
        "--to", type=Path, metavar="FOLDER", help="copy them here (default: nbgrader's exchange)"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Give students the solutions, once nobody can hand in any more."""
    course = course_of(arguments, console)
    solutions = (course.root or Path.cwd()) / "solutions"
    names = (
        [arguments.lesson]
        if arguments.lesson
        else [one for one in lesson_names() if (solutions / one).is_dir()]
    )
    if not names:
        raise UsageError(f"There are no solutions in {solutions}. Run `autograder generate` first.")
    held = []
    for name in names:
        try:
            message = release_solutions.publish(course, load_lesson(name), arguments.to)
        except CourseError as error:
            # A lesson that is not over does not hold back the others.
            held.append(str(error))
        else:
            console.print(message, soft_wrap=True)
    if held:
        raise CourseError("\n".join(held))
    return 0
