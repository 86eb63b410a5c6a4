"""The command `test`: run the tests that a lesson has in its own notebook."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from rich.console import Console

from autograder.cli.dataset_option import data_home
from autograder.cli.options import course_of
from autograder.core.errors import UsageError
from autograder.core.lesson_registry import load_lesson, package_folder, search_path_variables
from autograder.nbgrader_plugin import lesson_packages


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("name", metavar="LESSON", help="one that is written in one notebook")
    command.add_argument("-k", metavar="WORDS", help="only tests with these in their names")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Make the lesson's package from its notebook, and let pytest run its tests."""
    course, name = course_of(arguments, console), arguments.name
    if name not in lesson_packages.authored(course.folder()):
        raise UsageError(f"There is no lesson in source/{name}/{name}.ipynb.")
    lesson_packages.write(course, name)
    tests = package_folder(course.folder(), name) / "tests"
    if not tests.is_dir():
        raise UsageError(f"{name}.ipynb has no cell with the tag `test`.")
    home = data_home(console, load_lesson(name))
    words = ("-k", arguments.k) if arguments.k else ()
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tests), *words)
    done = subprocess.run(
        [sys.executable, *command, str(tests)],
        cwd=course.folder(),
        env={**os.environ, **search_path_variables(), "KERAS_HOME": str(home)},
        check=False,
    )
    return 1 if done.returncode else 0
