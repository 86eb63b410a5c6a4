"""The command `extend`: give a student more time."""

from __future__ import annotations

import argparse
from datetime import timedelta

from rich.console import Console

from autograder.cli.options import course_of, not_negative
from autograder.core.errors import UsageError
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.nbgrader_plugin import extensions


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("student", metavar="STUDENT", help="as the gradebook names the student")
    command.add_argument(
        "--lesson", choices=lesson_names(), required=True, help="what is handed in later"
    )
    command.add_argument(
        "--days",
        type=not_negative,
        metavar="N",
        help="how many days after the due date, in the place of an earlier extension; 0 takes it"
        " back",
    )
    command.add_argument(
        "--hours", type=not_negative, metavar="N", help="how many hours, in addition to days"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Give a student more time."""
    if arguments.days is arguments.hours is None:
        raise UsageError("Say how much longer, with --days or --hours.")
    longer = timedelta(days=arguments.days or 0, hours=arguments.hours or 0)
    until = extensions.extend(
        course_of(arguments, console), arguments.student, load_lesson(arguments.lesson), longer
    )
    why = "" if longer else ", as for everybody"
    print(f"{arguments.student}: {arguments.lesson} is due on {until:%Y-%m-%d %H:%M} UTC{why}.")
    return 0
