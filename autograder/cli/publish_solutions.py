"""The command `publish-solutions`: give students the solutions."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from autograder.cli.options import course_of
from autograder.core.errors import CourseError, UsageError
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.nbgrader_plugin.release_solutions import Release, withdraw


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--lesson", choices=lesson_names(), help="publish the solution of this one")
    which.add_argument("--all", action="store_true", help="publish all solutions of the course")
    command.add_argument(
        "--to", type=Path, metavar="FOLDER", help="copy them here (default: nbgrader's exchange)"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be published; change nothing"
    )
    command.add_argument(
        "--withdraw",
        action="store_true",
        help="take back what was published; copies that students have already fetched stay",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Give students the solutions, once nobody can hand in any more."""
    course = course_of(arguments, console)
    solutions = course.base / "solutions"
    names = (
        [one for one in lesson_names() if (solutions / one).is_dir()]
        if arguments.all
        else [arguments.lesson]
    )
    if not names:
        raise UsageError(f"There are no solutions in {solutions}. Run `autograder generate` first.")
    lessons = [load_lesson(name) for name in names]
    if arguments.withdraw:
        for lesson in lessons:
            message = withdraw(course, lesson, arguments.to, dry_run=arguments.dry_run)
            console.print(message, soft_wrap=True)
        return 0
    releases, refused = [], []
    for lesson in lessons:
        try:
            releases.append(Release.of(course, lesson, arguments.to))
        except CourseError as error:
            refused.append(str(error))
    if refused:
        raise CourseError("\n".join([*refused, "Nothing was published."]))
    for release in releases:
        message = release.planned if arguments.dry_run else release.publish()
        console.print(message, soft_wrap=True)
    return 0
