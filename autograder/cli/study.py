"""The command `study`: runs with many seeds, error rates, and the resulting threshold."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from autograder import datasets
from autograder.authoring.calibration.jobs import run_tasks
from autograder.authoring.calibration.run_log import RunLog, Task
from autograder.authoring.calibration.tables import HEADS, summary
from autograder.authoring.spec.study import Study, has_study, load_study
from autograder.cli.options import course_of, plain_console
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson, only_lesson
from autograder.reports import terminal

DATA = {"full": ("full",), "sample": ("sample",), "both": ("full", "sample")}


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--lesson", choices=lesson_names(), help="(default: the one with a study)")
    command.add_argument("--data", choices=DATA, default="both", help="(default: both)")
    command.add_argument(
        "--runs", type=int, metavar="N", help="of each recipe (default: as many as it declares)"
    )
    command.add_argument("--recipe", nargs="+", metavar="NAME", help="(default: all)")
    command.add_argument("--workers", type=int, metavar="N", help="processes (default: cores)")
    command.add_argument(
        "--write", action="store_true", help="publish: the lesson's reference, docs and picture"
    )
    command.add_argument(
        "--check", action="store_true", help="only say whether what is published still holds"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Train, print what the runs show, and publish it; or check what is published."""
    root = course_of(arguments, console).base
    if arguments.check:
        wanted = _lessons(arguments)
        # Those of an installed package are checked in the folder of its sources.
        return _check([one for one in wanted if one.folder.is_relative_to(root)] or wanted, root)
    lesson = only_lesson(_lessons(arguments), "a study")
    declared = load_study(lesson)
    with RunLog(root / "results" / ".study" / f"{lesson.name}.jsonl") as runs:
        _train(_tasks(declared, arguments), declared, runs, arguments.workers, console)
        for data in DATA[arguments.data]:
            plain_console().print(_summary(lesson, declared, runs, data))
        if arguments.write:
            _write(lesson, runs, root)
    return 0


def _lessons(arguments: argparse.Namespace) -> list[Lesson]:
    if arguments.lesson:
        return [load_lesson(arguments.lesson)]
    return [lesson for lesson in map(load_lesson, lesson_names()) if has_study(lesson)]


def _check(lessons: Iterable[Lesson], root: Path) -> int:
    # Only here, as in `_write`: it imports matplotlib.
    from autograder.authoring.calibration import publish  # noqa: PLC0415

    differences = 0
    for lesson in lessons:
        if not publish.is_published(lesson):
            print(f"{lesson.title}: its study is not published yet.")
            continue
        differing = list(publish.stale(lesson, root))
        differences += len(differing)
        for line in differing or ["what is published agrees with the lesson, and with its study."]:
            print(f"{lesson.title}: {line}")
    return 1 if differences else 0


def _write(lesson: Lesson, runs: RunLog, root: Path) -> None:
    from autograder.authoring.calibration import publish  # noqa: PLC0415

    for path in publish.write(lesson, runs, root):
        print(f"Written: {path}")
    for line in publish.stale(lesson, root):
        print(f"Still to be settled: {line}")


def _tasks(declared: Study, arguments: argparse.Namespace) -> list[Task]:
    recipes = [declared.recipe(name) for name in arguments.recipe or ()] or declared.recipes
    return [
        Task(recipe=recipe.name, data=data, seed=seed)
        for recipe in recipes
        for data in DATA[arguments.data]
        for seed in range(recipe.runs if arguments.runs is None else arguments.runs)
    ]


def _train(
    requested: Sequence[Task], declared: Study, runs: RunLog, workers: int | None, console: Console
) -> None:
    """Train the runs that are missing."""
    for name in {task.data for task in requested}:
        datasets.of(load_lesson(declared.lesson)).load_named(name)  # says now what is missing
    keys = {recipe.name: declared.key(recipe) for recipe in declared.recipes}
    tasks = [task for task in requested if not runs.has(keys[task.recipe], task)]
    there = len(requested) - len(tasks)
    console.print(
        f"{there:,} of {len(requested):,} runs are there already ({runs.path}).",
        soft_wrap=True,
    )
    at_once = min(workers or os.cpu_count() or 1, len(tasks))
    with terminal.progress_bar("Training", console) as progress:
        shown = progress.add_task("", total=len(requested), completed=there)
        for run in run_tasks(declared.lesson, tasks, at_once):
            runs.add(run)
            progress.update(shown, advance=1)


def _summary(lesson: Lesson, declared: Study, runs: RunLog, data: str) -> Table:
    title = f"{lesson.title}, {data}: the threshold is {lesson.thresholds[data]:g}"
    rows = Table(title=title, box=SIMPLE_HEAD)
    for head in HEADS:
        rows.add_column(head, justify="left" if head == HEADS[0] else "right", no_wrap=True)
    for right in (True, False):
        for row in summary(declared, runs, data, lesson.thresholds[data], right=right):
            rows.add_row(*row)
        rows.add_section()
    return rows
