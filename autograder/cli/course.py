"""Commands that look after a course and its machine."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import datasets
from autograder.cli import doctor
from autograder.cli.dataset_option import data_home
from autograder.cli.options import course_of
from autograder.core.errors import CourseError, UsageError
from autograder.core.lesson_registry import lesson_names, load_lesson


def examine(arguments: argparse.Namespace, console: Console) -> int:
    """Print what this machine can do for grading, and how to get what is missing."""
    findings = []
    for finding in doctor.examine(course_of(arguments, console)):
        findings.append(finding)
        mark = "[green]✓[/green]" if finding.well else "[bold yellow]![/bold yellow]"
        console.print(f"{mark} {escape(finding.what)}", highlight=False, soft_wrap=True)
        for line in finding.next_step.splitlines():
            console.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
    return 0 if all(finding.well for finding in findings) else 1


def data(arguments: argparse.Namespace, console: Console) -> int:
    """Provide Fashion-MNIST where Keras looks for it."""

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    provision = datasets.provide(
        arguments.source,
        allow_download=not arguments.offline,
        allow_apt=not arguments.offline,
        progress=say,
    )
    if provision.notice:
        say(provision.notice)
    print(f"Fashion-MNIST ({provision.name}) is in {provision.home}, from {provision.origin}.")
    return 0


def new(arguments: argparse.Namespace, console: Console) -> int:
    """Create a new lesson."""
    # Only here: nbformat takes its time.
    from autograder.authoring import scaffold  # noqa: PLC0415

    course = course_of(arguments, console)
    for path in scaffold.make(course, arguments.name, arguments.title):
        print(path.relative_to(course.root or path))
    console.print(
        "That is a whole lesson, if a small one. `autograder generate` makes the students'"
        f" notebook and the solution from source/{arguments.name}; docs/authors.md goes on.",
        highlight=False,
    )
    return 0


def generate(arguments: argparse.Namespace, console: Console) -> int:
    """Make release/ and solutions/ from source/, or say whether they are up to date."""
    # Only here: nbgrader takes a second to import.
    from autograder.nbgrader_plugin import generate as generating  # noqa: PLC0415

    course = course_of(arguments, console)
    if arguments.check:
        differences = generating.differences(course)
        for difference in differences:
            print(difference)
        if not differences:
            print("release/ and solutions/ are what source/ makes them.")
        return 1 if differences else 0
    home = data_home(console)
    for line in generating.generate(course, home, force=arguments.force):
        console.print(line, highlight=False, soft_wrap=True)
    return 0


def publish_solutions(arguments: argparse.Namespace, console: Console) -> int:
    """Give students the solutions, once nobody can hand in any more."""
    # Only here: nbgrader takes a second to import.
    from autograder.nbgrader_plugin import release_solutions  # noqa: PLC0415

    course = course_of(arguments, console)
    solved = (course.root or Path.cwd()) / "solutions"
    names = (
        [arguments.lesson]
        if arguments.lesson
        else [one for one in lesson_names() if (solved / one).is_dir()]
    )
    if not names:
        raise UsageError(f"There are no solutions in {solved}. Run `autograder generate` first.")
    held = []
    for name in names:
        try:
            told = release_solutions.publish(course, load_lesson(name), arguments.to)
        except CourseError as error:
            # A lesson that is not over does not hold back the others.
            held.append(str(error))
        else:
            console.print(told, soft_wrap=True)
    if held:
        raise CourseError("\n".join(held))
    return 0


def extend(arguments: argparse.Namespace, console: Console) -> int:
    """Give a student more time."""
    # Only here: nbgrader takes a second to import.
    from autograder.nbgrader_plugin import extensions  # noqa: PLC0415

    if arguments.days is arguments.hours is None:
        raise UsageError("Say how much longer, with --days or --hours.")
    longer = timedelta(days=arguments.days or 0, hours=arguments.hours or 0)
    until = extensions.extend(
        course_of(arguments, console), arguments.student, load_lesson(arguments.lesson), longer
    )
    why = "" if longer else ", as for everybody"
    print(f"{arguments.student}: {arguments.lesson} is due on {until:%Y-%m-%d %H:%M} UTC{why}.")
    return 0
