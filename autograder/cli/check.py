"""The command `check`: rehearse the official grade on a student's own machine."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from autograder.cli.class_run import exit_code, isolated, make_grader
from autograder.cli.options import add_lesson_and_results, ignore_lessons_nearby
from autograder.core.config import Course
from autograder.core.evidence import load
from autograder.core.lesson_registry import load_lesson
from autograder.core.report import Report
from autograder.grading import follow_through
from autograder.grading.compare_saved import differing_points
from autograder.grading.discovery import Submission
from autograder.reports import phrases, terminal


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="your own notebook")
    command.add_argument(
        "--more", action="store_true", help="also give reasons, hints and more to know"
    )
    add_lesson_and_results(command, default="not kept")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Show the points and messages of the official grade on a student's own machine."""
    course = isolated(Course(), "none")
    ignore_lessons_nearby(arguments.notebook, console)
    console.print(
        "A rehearsal: your notebook is run here from the top, on its own, with your own rights"
        " (not isolated). The points are those of the official grade.",
    )
    submission = Submission(name=arguments.notebook.stem, path=arguments.notebook)
    with tempfile.TemporaryDirectory() as scratch:
        arguments.results = arguments.results or Path(scratch)
        with make_grader(arguments, course, console) as grader:
            (report,) = terminal.watched(grader.grade([submission]), 1, console)
            lost = _replaced(report, arguments.results)
    if report.status == "graded":
        for line in phrases.remarks(report):
            print(f"Note: {line}")
        lesson = load_lesson(report.lesson)
        for question in lesson.questions:
            if results := report.of(question.name):
                print(phrases.answer(question, results, more=arguments.more, fact=False))
        least = "at least " if lost else ""
        print(f"Total: {least}{phrases.points(report.checks)}")
        if lost:
            cells = follow_through.named(lost)
            print(
                f"The official grade marks what builds on {cells} with the solution in its place,"
                " which is not here."
            )
        for line in differing_points(arguments.notebook, report, lesson):
            print(f"Warning: {line}")
    return exit_code([report], console)


def _replaced(report: Report, results: Path) -> list[str]:
    """Return the questions in whose place the official grade has the solution for later ones."""
    if report.status != "graded":
        return []
    folder = results / report.lesson / report.results_folder
    return follow_through.stand_ins(load(folder), load_lesson(report.lesson), report)
