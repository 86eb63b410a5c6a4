"""The command `export`: hand grades over to other systems."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from autograder.cli.options import add_lesson_and_results, chosen_results, course_of
from autograder.core import printable
from autograder.core.atomic_write import write_atomic
from autograder.core.config import Course
from autograder.core.errors import EmptyGradebook, UsageError, writing
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson, only_lesson
from autograder.core.text import plural
from autograder.exporters import (
    csv_tables,
    github_workflow,
    gradescope_results,
    gradescope_zip,
    model,
)
from autograder.exporters.model import Grade
from autograder.exporters.registry import EXPORTERS
from autograder.grading.regrade import stored_results

SOURCES = ("auto", "gradebook", "results")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    names = list(formats())
    command.add_argument("format", choices=names, metavar="FORMAT", help=", ".join(names))
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="(default: a name that says what it is)"
    )
    command.add_argument(
        "--from",
        dest="source",
        choices=SOURCES,
        default="auto",
        help="the gradebook with its manual scores, or the grader's reports (default: the"
        " gradebook, if it has grades)",
    )
    add_lesson_and_results(command)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Write grades, or an autograder or workflow, in the format of another system."""
    write, name = formats()[arguments.format]
    arguments.output = arguments.output or Path(name)
    if not arguments.output.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {arguments.output.resolve().parent} to write in.")
    print(write(arguments, course_of(arguments, console), console))
    return 0


def _table(arguments: argparse.Namespace, course: Course, console: Console) -> str:
    found, source = _grades(arguments, course, console)
    for student in csv_tables.students_with_escaped_ids(found):
        _say(
            f"{student}: the LMS may not find this student. What begins like a formula was given an"
            " apostrophe in front.",
            console,
        )
    with writing():
        write_atomic(arguments.output, EXPORTERS[arguments.format].export(found).encode())
    students = plural(len({one.person.id for one in found}), "student")
    return f"{arguments.output}: {students}, from {source}."


def _grades(
    arguments: argparse.Namespace, course: Course, console: Console
) -> tuple[Sequence[Grade], str]:
    """Return the grades, and where they come from."""
    # Only here: nbgrader takes a second to import.
    from autograder.nbgrader_plugin import grade_queries  # noqa: PLC0415

    if arguments.source != "results":
        try:
            found = grade_queries.course_grades(course, arguments.lesson)
        # If a gradebook exists and cannot be read, do not export other grades.
        except EmptyGradebook:
            if arguments.source == "gradebook":
                raise
        else:
            if found.waiting:
                _say(f"Still to be graded by hand: {', '.join(found.waiting)}", console)
            return found.grades, "the gradebook"
    reports = [
        (one.report, lesson)
        for folder, lesson in _results_of(arguments, course)
        for one in stored_results(folder)
    ]
    for report, _ in reports:
        if report.trouble:
            message = "the grader itself failed, so that there is no grade. Grade it again."
            _say(f"{report.name}: {message}", console)
    return [
        grade for report, lesson in reports for grade in model.of_reports([report], lesson)
    ], "the grader's reports alone: no manual scores, no late penalty"


def _gradescope(arguments: argparse.Namespace, course: Course, console: Console) -> str:
    count = 0
    for results, lesson in _results_of(arguments, course):
        for one in stored_results(results):
            if one.damaged:
                _say(one.report.trouble or "", console)
                continue
            folder = arguments.output / lesson.name / one.folder.name
            text = gradescope_results.document(one.report, lesson, isolation=one.report.isolation)
            with writing():
                folder.mkdir(parents=True, exist_ok=True)
                write_atomic(folder / "results.json", text.encode())
            count += 1
    return f"{arguments.output}: results.json of {plural(count, 'submission')}."


def _autograder(arguments: argparse.Namespace, course: Course, console: Console) -> str:
    del console
    with writing():
        write_atomic(arguments.output, gradescope_zip.build(course, _lesson(arguments, course)))
    return f"{arguments.output}: upload it to Gradescope under “Configure Autograder”."


def _workflow(arguments: argparse.Namespace, course: Course, console: Console) -> str:
    del console
    with writing():
        write_atomic(
            arguments.output, github_workflow.workflow(_lesson(arguments, course)).encode()
        )
    return (
        f"{arguments.output}: say in it where the package is to be had, and put it into"
        " .github/workflows/ of the students' repository."
    )


def _results_of(arguments: argparse.Namespace, course: Course) -> list[tuple[Path, Lesson]]:
    """Return the folders of the chosen results, each with its lesson."""
    results, names = chosen_results(arguments, course)
    return [(results / name, load_lesson(name)) for name in names]


def _lesson(arguments: argparse.Namespace, course: Course) -> Lesson:
    """Return the chosen lesson, or the only one that is used here."""
    if arguments.lesson:
        return load_lesson(arguments.lesson)
    here = course.base
    folders = [arguments.results or here / "results", here / "source", here / "release"]
    used = {name for name in lesson_names() if any((one / name).is_dir() for one in folders)}
    if course.root and len(used) < 2:
        # Only here: nbgrader takes a second to import.
        from autograder.nbgrader_plugin import grade_queries  # noqa: PLC0415

        used |= grade_queries.lessons_in_gradebook(course)
    return only_lesson(map(load_lesson, sorted(used) or lesson_names()), "a folder here")


def _say(text: str, console: Console) -> None:
    console.print(printable.line(text), soft_wrap=True)


Writer = Callable[[argparse.Namespace, Course, Console], str]
# What is not made of grades alone: its writer, and the default name of the file or folder.
OTHERS: dict[str, tuple[Writer, str]] = {
    "gradescope": (_gradescope, "gradescope"),
    "gradescope-autograder": (_autograder, "gradescope-autograder.zip"),
    "github-workflow": (_workflow, "autograde.yml"),
}


def formats() -> dict[str, tuple[Writer, str]]:
    """Return the writer of each format, and the default name of its file or folder."""
    return {name: (_table, one.file) for name, one in EXPORTERS.items()} | OTHERS
