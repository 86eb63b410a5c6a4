"""The command line of the autograder.

Exit codes: 0 all were graded, 1 some could not be, 2 wrong usage or the grader's own fault, 130
stopped by Ctrl-C or a polite request to end.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

# Each is a module of its own, which is imported only when its command is used.
COMMANDS = {
    "grade": "grade notebooks, folders or submitted/",
    "regrade": "judge again, without running anything",
    "check": "rehearse: grade your own notebook here",
    "report": "make the page of a class again, and a table",
    "review": "decide on groups of alike answers, in the browser",
    "groups": "which answers are alike, and what was decided on them",
    "comment": "decide on a group of alike answers",
    "export": "hand grades over to an LMS, Gradescope, GitHub",
    "generate": "make release/ and solutions/ from source/",
    "publish-solutions": "give students the solutions, once nobody can hand in any more",
    "extend": "give a student more time than the due date",
    "new": "begin a lesson: one notebook, with checks and tests that run",
    "test": "run the tests that a lesson has in its own notebook",
    "doctor": "whether this machine is ready: in a course for grading, elsewhere for a student",
    "data": "provide the images for Keras",
    "study": "how often right work fails, from many seeds",
    "mutants": "prove the checks on wrong and right work",
}
# Commands for students on their own machines.
WITHOUT_COURSE = ("check", "data")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in COMMANDS:
        # Help, the version, or wrong usage: argparse ends the process.
        parser(()).parse_args(words)
    code: int = import_module("autograder.cli.run_command").run(words)
    return code


def parser(commands: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Return a parser of all commands, with the options of those *commands* alone."""
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    parser.add_argument(
        "--version", action=_VersionAction, nargs=0, help="show program's version number and exit"
    )
    chosen = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, words in COMMANDS.items():
        command = chosen.add_parser(name, help=words)
        if name in commands:
            module = import_module(f"autograder.cli.{name.replace('-', '_')}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
            if name not in WITHOUT_COURSE:
                import_module("autograder.cli.options").add_course(command)
    return parser


class _VersionAction(argparse.Action):
    """Says the version; it is looked up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the version and end."""
        print(f"{parser.prog} {import_module('autograder').__version__}")
        parser.exit()
