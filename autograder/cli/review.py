"""The command `review`: decide on groups of alike answers, in the browser."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder.cli.options import add_gradebook, add_lesson_and_results, chosen_results, course_of
from autograder.core.config import Course
from autograder.core.errors import UsageError
from autograder.core.lesson_registry import load_lesson
from autograder.grading.regrade import stored_results
from autograder.review import pages
from autograder.review.decisions import Decisions
from autograder.review.groups import Group, find_groups, given_code
from autograder.review.session import Review


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument(
        "--port", type=int, default=0, metavar="N", help="of 127.0.0.1 (default: any free one)"
    )
    add_lesson_and_results(command)
    add_gradebook(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Serve the page for the instructor alone, until Ctrl-C."""
    from autograder.review.server import Server, serve  # noqa: PLC0415  only here is it needed

    review, folder, course = open_review(arguments, console)
    ungraded = [one.report for one in stored_results(folder) if one.report.status == "failed"]
    code = given_code(course, review.lesson)
    server = Server(
        review=review, folder=folder, given_code=code, ungraded=ungraded, port=arguments.port
    )

    def ready() -> None:
        answers = sum(len(one.reports) for one in review.groups)
        print(f"{len(review.groups)} groups of {answers} answers. Open this, for yourself alone:")
        print(server.address, flush=True)
        print(f"Decisions are kept in {review.path}. Ctrl-C ends the page.", flush=True)

    try:
        asyncio.run(serve(server, ready))
    except OSError as error:
        raise UsageError(f"Port {arguments.port} cannot be used: {error.strerror}.") from error
    return 0


def open_review(arguments: argparse.Namespace, console: Console) -> tuple[Review, Path, Course]:
    """Return the review of a lesson, the folder of its results, and the course.

    Raises:
        UsageError: there are no results, or it is not clear of which lesson.
    """
    course = course_of(arguments, console)
    results, (name,) = chosen_results(arguments, course, only_one=True)
    lesson, folder = load_lesson(name), results / name

    def give(decided: Decisions, changed: Sequence[Group]) -> list[str]:
        pages.show_decisions(folder, changed, decided)
        if course.root is None or arguments.no_gradebook:
            return []
        # Only here: nbgrader takes a second to import.
        from autograder.nbgrader_plugin import review_marks  # noqa: PLC0415

        return review_marks.give(course, lesson, decided, changed)

    review = Review(
        lesson=lesson,
        groups=find_groups(folder, lesson, course),
        path=course.decisions(lesson),
        give=give,
    )
    return review, folder, course
