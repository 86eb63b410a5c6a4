"""The command `generate`: make release/ and solutions/ from source/."""

from __future__ import annotations

import argparse

from rich.console import Console

from autograder.cli.dataset_option import data_home
from autograder.cli.options import course_of
from autograder.nbgrader_plugin import generate_assignment


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--check", action="store_true", help="only say whether they are stale")
    command.add_argument("--force", action="store_true", help="run the solutions again anyway")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Make release/ and solutions/ from source/, or say whether they are up to date."""
    course = course_of(arguments, console)
    if arguments.check:
        differences = generate_assignment.differences(course)
        for difference in differences:
            print(difference)
        if not differences:
            print("release/ and solutions/ are what source/ makes them.")
        return 1 if differences else 0
    for line in generate_assignment.packages(course):
        console.print(line, soft_wrap=True)
    home = data_home(console)
    for line in generate_assignment.generate(course, home, force=arguments.force):
        console.print(line, soft_wrap=True)
    return 0
