"""The command `new`: begin a lesson."""

from __future__ import annotations

import argparse

from rich.console import Console

from autograder.authoring import scaffold
from autograder.cli.options import course_of


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("name", metavar="LESSON", help="a name such as two-layers")
    command.add_argument("--title", default="", help="(default: made from the name)")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Create a new lesson."""
    course = course_of(arguments, console)
    path = scaffold.make(course, arguments.name, arguments.title)
    print(path.relative_to(course.folder()))
    console.print(
        "That is a whole lesson, if a small one, with its checks and their tests:"
        f" `autograder test {arguments.name}` runs them, `autograder generate` makes the students'"
        " notebook and the solution. docs/one-notebook.md goes on.",
    )
    return 0
