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
from typing import Any

from rich.console import Console
from rich.markup import escape

import autograder
from autograder.cli.course import data, examine, extend, generate, new, publish_solutions
from autograder.cli.export import FORMATS, SOURCES, export
from autograder.cli.grade import check, grade, rejudge
from autograder.cli.mutants import run_mutants
from autograder.cli.options import WITHOUT_COURSE, add_course, use_lessons_of_course
from autograder.cli.report import report
from autograder.cli.study import add_study
from autograder.core.config import ISOLATION
from autograder.core.errors import AutograderError
from autograder.core.lesson_registry import lesson_names

MAX_TIME = 9999  # days or hours of an extension


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    _replace_unencodable()
    console = Console(stderr=True)
    # SIGTERM ends everything as Ctrl-C does: nothing that we started goes on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        use_lessons_of_course(argv)
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments, console)
    except AutograderError as error:
        console.print(
            f"[bold]autograder:[/bold] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        return 2
    except Exception:  # noqa: BLE001  any bug of ours: show the traceback, never exit code 1
        console.print_exception()
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. What was finished is kept; the same command starts again.")
        return 130
    return code


def _replace_unencodable() -> None:
    """Print `?` for characters that the terminal or pipe cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands and their options."""
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    version = f"%(prog)s {autograder.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_grading(commands)
    _add_results(commands)
    _add_upkeep(commands)
    add_study(commands)
    _add_mutants(commands)
    for name, command in commands.choices.items():
        if name not in WITHOUT_COURSE:
            add_course(command)
    return parser


def _add_grading(commands: Any) -> None:
    command = commands.add_parser("grade", help="grade notebooks, folders or submitted/")
    command.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a notebook, a folder, submitted/"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    command.add_argument(
        "--summary", type=Path, metavar="FILE", help="add the results to this file, as Markdown"
    )
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
    command.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="your own notebook")
    command.add_argument(
        "--more", action="store_true", help="also say why, and how to put right what is not right"
    )
    _common(command)
    command.set_defaults(run=check)


def _add_results(commands: Any) -> None:
    command = commands.add_parser("report", help="make the page of a class again, and a table")
    command.add_argument("--output", type=Path, metavar="FILE", help="(default: index.html there)")
    _common(command)
    command.set_defaults(run=report)

    command = commands.add_parser("export", help="hand grades over to an LMS, Gradescope, GitHub")
    command.add_argument("format", choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="(default: a name that says what it is)"
    )
    command.add_argument(
        "--from",
        dest="source",
        choices=SOURCES,
        default="auto",
        help="the gradebook with all that a person entered, or the judge's reports (default: the"
        " gradebook, where grades are in it)",
    )
    _common(command)
    command.set_defaults(run=export)


def _add_upkeep(commands: Any) -> None:
    command = commands.add_parser("generate", help="make release/ and solutions/ from source/")
    command.add_argument("--check", action="store_true", help="only say whether they are stale")
    command.add_argument("--force", action="store_true", help="run the solutions again anyway")
    command.set_defaults(run=generate)

    command = commands.add_parser(
        "publish-solutions", help="give students the solutions, once nobody can hand in any more"
    )
    command.add_argument("--lesson", choices=lesson_names(), help="(default: all that are solved)")
    command.add_argument(
        "--to", type=Path, metavar="FOLDER", help="copy them here (default: nbgrader's exchange)"
    )
    command.set_defaults(run=publish_solutions)

    command = commands.add_parser("extend", help="give a student more time than the due date")
    command.add_argument("student", metavar="STUDENT", help="as the gradebook names the student")
    command.add_argument(
        "--lesson", choices=lesson_names(), required=True, help="what is handed in later"
    )
    command.add_argument(
        "--days",
        type=_at_least_zero,
        metavar="N",
        help="how many days after the due date, in the place of an earlier extension; 0 takes it"
        " back",
    )
    command.add_argument(
        "--hours", type=_at_least_zero, metavar="N", help="how many hours, in addition to days"
    )
    command.set_defaults(run=extend)

    command = commands.add_parser("new", help="begin a lesson: notebook, checks and tests that run")
    command.add_argument("name", metavar="LESSON", help="a name such as two-layers")
    command.add_argument("--title", default="", help="(default: made from the name)")
    command.set_defaults(run=new)

    command = commands.add_parser(
        "doctor",
        help="whether this machine is ready: in a course for grading, elsewhere for a student",
    )
    command.set_defaults(run=examine)

    command = commands.add_parser("data", help="provide Fashion-MNIST for Keras")
    command.add_argument(
        "--from", dest="source", type=Path, metavar="FOLDER", help="where the four files lie"
    )
    command.add_argument("--offline", action="store_true", help="download nothing")
    command.set_defaults(run=data)


def _add_mutants(commands: Any) -> None:
    command = commands.add_parser("mutants", help="prove the checks on wrong and right work")
    command.add_argument(
        "--lesson", choices=lesson_names(), help="(default: the one that declares mutants)"
    )
    command.add_argument("--only", default="*", metavar="PATTERN", help="such as 'build/*'")
    command.add_argument(
        "--second", type=_at_least_one, default=0, metavar="N", help="N pairs of wrong ones"
    )
    command.add_argument(
        "--data", choices=("sample", "full"), default="sample", help="(default: sample)"
    )
    command.add_argument("--workers", type=_at_least_one, metavar="N", help="(default: cores)")
    command.add_argument("--isolation", choices=ISOLATION, help="as for grade")
    command.add_argument("--results", type=Path, metavar="FOLDER", help="where runs are kept")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    command.add_argument(
        "--store", action="store_true", help="keep the evidence for the tests in tests/mutants/"
    )
    command.add_argument(
        "--stored", action="store_true", help="judge the evidence that is kept; run nothing"
    )
    command.add_argument(
        "--write", type=Path, metavar="FILE", help="put the matrix of what is kept into this page"
    )
    command.set_defaults(run=run_mutants)


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _at_least_zero(text: str) -> int:
    number = int(text)
    # More than anybody needs, and few enough for `timedelta`.
    if not 0 <= number <= MAX_TIME:
        raise argparse.ArgumentTypeError(f"from 0 to {MAX_TIME}")
    return number


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lesson", choices=lesson_names(), help="(default: seen from the cells)")
    command.add_argument("--results", type=Path, metavar="FOLDER", help="(default: results/)")


def _gradebook_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-gradebook", action="store_true", help="leave nbgrader's gradebook alone"
    )
