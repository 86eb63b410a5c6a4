"""The command line of the autograder.

Exit codes: 0 all were graded, 1 some could not be, 2 wrong usage or the grader's own fault, 130
stopped by Ctrl-C or a polite request to end.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.cli.classes import check, grade, rejudge
from autograder.cli.upkeep import data, examine, generate
from autograder.course import ISOLATION
from autograder.errors import AutograderError
from autograder.lesson import lesson_names


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    _print_anywhere()
    arguments = _parser().parse_args(argv)
    console = Console(stderr=True)
    # Asked to end, we end as after Ctrl-C: nothing that we started goes on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = arguments.run(arguments, console)
    except AutograderError as error:
        console.print(
            f"[bold]autograder:[/bold] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 2
    except Exception:  # noqa: BLE001  our own fault, whatever it is: shown whole, never exit code 1
        console.print_exception()
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. What was finished is kept; the same command starts again.")
        return 130
    return code


def _print_anywhere() -> None:
    """Where the terminal or a pipe has no sign for a quotation mark, a `?` stands for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("grade", help="grade notebooks, folders or submitted/")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    command.add_argument(
        "--workers", type=_at_least_one, metavar="N", help="submissions at a time (default: cores)"
    )
    command.add_argument(
        "--isolation",
        choices=ISOLATION,
        help="auto keeps submissions apart, none runs them with your own rights (default: the"
        " course's setting, else auto)",
    )
    command.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run them on a Dask cluster: tcp://… of its scheduler, or its scheduler file",
    )
    command.add_argument(
        "--force", action="store_true", help="run again what was run before and did not change"
    )
    command.add_argument(
        "--no-share", action="store_true", help="run every submission, also those that are alike"
    )
    _common(command)
    _gradebook_option(command)
    command.set_defaults(run=grade)

    command = commands.add_parser("regrade", help="judge again, without running anything")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    _common(command)
    _gradebook_option(command)
    command.set_defaults(run=rejudge)

    command = commands.add_parser("check", help="rehearse: grade your own notebook here")
    command.add_argument("notebook", type=Path)
    _common(command)
    command.set_defaults(run=check)

    command = commands.add_parser("generate", help="make release/ and solutions/ from source/")
    command.add_argument("--check", action="store_true", help="only say whether they are stale")
    command.add_argument("--force", action="store_true", help="run the solutions again anyway")
    command.set_defaults(run=generate)

    command = commands.add_parser("doctor", help="what this machine can do for grading")
    command.set_defaults(run=examine)

    command = commands.add_parser("data", help="provide Fashion-MNIST for Keras")
    command.add_argument("--from", dest="source", type=Path, metavar="FOLDER")
    command.add_argument("--offline", action="store_true", help="download nothing")
    command.set_defaults(run=data)
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lesson", choices=lesson_names(), help="(default: seen from the cells)")
    command.add_argument("--results", type=Path, metavar="FOLDER", help="(default: results/)")


def _gradebook_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-gradebook", action="store_true", help="leave nbgrader's gradebook alone"
    )
