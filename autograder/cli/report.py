"""The command `report`: make the page of a class again; nothing is run."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from rich.console import Console

from autograder.cli.options import add_lesson_and_results, chosen_results, course_of, plain_console
from autograder.core.atomic_write import write_atomic
from autograder.core.config import Course
from autograder.core.errors import CourseError, writing
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.grading.regrade import stored_results
from autograder.reports import class_report, markdown, terminal
from autograder.reports.class_report import GradebookScores
from autograder.review import decisions, groups, pages


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--output", type=Path, metavar="FILE", help="(default: index.html there)")
    add_lesson_and_results(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Write the page of a class again, and print its misconceptions."""
    course = course_of(arguments, console)
    results, names = chosen_results(arguments, course, only_one=bool(arguments.output))
    for name in names:
        lesson, folder = load_lesson(name), results / name
        gradebook = what_counts(course, lesson, console)
        answers = show_review(folder, lesson, course, console)
        path = write_page(folder, lesson, arguments.output, gradebook=gradebook, answers=answers)
        print(f"{lesson.title}:")
        plain_console().print(terminal.mistakes([one.report for one in stored_results(folder)]))
        print(f"Reports: {path}")
    return 0


def what_counts(course: Course, lesson: Lesson, console: Console) -> Mapping[str, GradebookScores]:
    """Return what the course's gradebook says of a class, nothing where there is none.

    Why it cannot be read is printed: the page then shows the judge's points alone.
    """
    if course.root is None:
        return {}
    # Only here: nbgrader takes a second to import.
    from autograder.nbgrader_plugin import class_scores  # noqa: PLC0415

    try:
        return class_scores.lesson_scores(course, lesson)
    except CourseError as error:
        message = f"The class page shows only the points of the automatic check. {error}"
        console.print(message, soft_wrap=True)
        return {}


def show_review(
    folder: Path, lesson: Lesson, course: Course, console: Console
) -> dict[str, list[int]]:
    """Put decisions into the students' pages; return the sizes of the groups of alike answers."""
    found = groups.find_groups(folder, lesson, course)
    path = course.decisions(lesson)
    if path.exists():
        try:
            pages.show_decisions(folder, found, decisions.load(path))
        except CourseError as error:
            console.print(str(error), soft_wrap=True)
    return groups.sizes(lesson, found)


def write_page(
    folder: Path,
    lesson: Lesson,
    path: Path | None = None,
    *,
    gradebook: Mapping[str, GradebookScores] | None = None,
    answers: Mapping[str, Sequence[int]] | None = None,
) -> Path:
    """Write the page of a lesson's results and return its path.

    ``gradebook`` is what counts for each student, where that is known; ``answers`` are the sizes of
    groups of alike answers.

    Raises:
        SubmissionError: there is nothing.
        ResultsError: it cannot be written.
    """
    path = path or folder / "index.html"
    reports = [one.report for one in stored_results(folder)]
    seen = quote(Path(os.path.relpath(folder, path.parent)).as_posix())
    with writing():
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        page = class_report.page(
            reports, lesson, folder=seen, gradebook=gradebook, answers=answers, made=made
        )
        write_atomic(path, page.encode())
    return path


def add_summary(path: Path, reports: Sequence[Report]) -> None:
    """Append a summary of the reports to a Markdown file.

    Raises:
        ResultsError: it cannot be written.
    """
    with writing(), path.open("a", encoding="utf-8") as file:
        for name in dict.fromkeys(one.lesson for one in reports):
            own = [one for one in reports if one.lesson == name]
            file.write(markdown.summary(own, load_lesson(name)))
