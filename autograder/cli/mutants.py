"""The command that tests a lesson's checks on mutants of its solution."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from autograder.authoring.mutation import matrix, page
from autograder.authoring.mutation.judgement import Judgement, tally
from autograder.authoring.mutation.run_mutants import run_mutants
from autograder.authoring.mutation.suite import MutationSuite, mutation_suite
from autograder.authoring.spec.mutation import has_mutants
from autograder.cli.class_run import isolated
from autograder.cli.dataset_option import home_of
from autograder.cli.options import at_least_one, course_of, plain_console
from autograder.core.atomic_write import write_atomic
from autograder.core.config import ISOLATION
from autograder.core.errors import UsageError, writing
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson, only_lesson
from autograder.core.text import plural
from autograder.grading.grader import Grader
from autograder.grading.results_lock import lock_results
from autograder.reports import terminal


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument(
        "--lesson", choices=lesson_names(), help="(default: the one that declares mutants)"
    )
    command.add_argument("--only", default="*", metavar="PATTERN", help="such as 'build/*'")
    command.add_argument(
        "--second", type=at_least_one, default=0, metavar="N", help="N pairs of wrong ones"
    )
    command.add_argument(
        "--data", choices=("sample", "full"), default="sample", help="(default: sample)"
    )
    command.add_argument("--workers", type=at_least_one, metavar="N", help="(default: cores)")
    command.add_argument("--isolation", choices=ISOLATION, help="as for grade")
    command.add_argument("--results", type=Path, metavar="FOLDER", help="where runs are kept")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    command.add_argument(
        "--store", action="store_true", help="keep the evidence for the tests in tests/mutants/"
    )
    command.add_argument(
        "--stored", action="store_true", help="judge the stored evidence; run nothing"
    )
    command.add_argument(
        "--write", type=Path, metavar="FILE", help="put the matrix of what is kept into this page"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Compare the verdicts on a lesson's mutants with what the lesson declares."""
    course = course_of(arguments, console)
    lesson = _lesson(arguments)
    _check(arguments, lesson)
    suite = mutation_suite(lesson, isolated(course, arguments.isolation))
    judgements = (
        suite.stored(arguments.only) if arguments.stored else _run(suite, arguments, console)
    )
    _show(judgements, suite, console)
    if arguments.json:
        message = matrix.document(judgements, lesson=lesson.name)
        with writing():
            write_atomic(arguments.json, json.dumps(message, ensure_ascii=False, indent=2).encode())
    if arguments.write:
        text = page.text(suite.stored(), lesson, suite.declared.unseen)
        page.put(arguments.write, lesson, text)
        print(f"Written: {arguments.write}")
    return 0 if all(one.is_as_expected for one in judgements) else 1


def _lesson(arguments: argparse.Namespace) -> Lesson:
    """Return the chosen lesson, else the only one that declares mutants."""
    if arguments.lesson:
        return load_lesson(arguments.lesson)
    return only_lesson(filter(has_mutants, map(load_lesson, lesson_names())), "mutants")


def _check(arguments: argparse.Namespace, lesson: Lesson) -> None:
    """Raise usage errors before anything is run, not after an hour."""
    if arguments.stored and (arguments.store or arguments.second):
        raise UsageError("--stored runs nothing: leave --store and --second away.")
    if arguments.json and not arguments.json.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {arguments.json.resolve().parent} to write in.")
    if arguments.write:
        page.written(arguments.write, lesson)


def _run(suite: MutationSuite, arguments: argparse.Namespace, console: Console) -> list[Judgement]:
    made = suite.notebooks(suite.chosen(arguments.only, arguments.second))
    grader = Grader(
        course=suite.course,
        data_home=home_of(arguments.data, suite.lesson, console),
        results=arguments.results or suite.course.folder() / "results" / ".mutants",
        lesson=suite.lesson,
    )
    workers = arguments.workers or suite.course.settings.workers or os.cpu_count() or 1
    watch = partial(terminal.watched, console=console)
    with lock_results(grader.results, "autograder mutants", console.print):
        ran = run_mutants(made, suite.lesson, grader, workers=workers, watch=watch)
    if arguments.store:
        size = suite.store(ran)
        print(f"Stored: {suite.evidence_file} ({size / 2**20:.2f} MiB)")
    return [suite.judgement(one.notebook.name, one.evidence, one.checks) for one in ran]


def _show(judgements: Sequence[Judgement], suite: MutationSuite, console: Console) -> None:
    """Print the matrix, the score, and each mutant whose results are not as declared."""
    plain_console().print(matrix.table(judgements, suite.lesson))
    found = tally(judgements)
    print(
        f"{plural(len(judgements), 'mutant')}. {found.caught} of {found.wrong} wrong ones were"
        f" caught with the right names: mutation score {found.score:.1%}."
    )
    for one in judgements:
        if one.deviations:
            known = f" Known: {one.known}" if one.known else ""
            message = f"{one.name}: {one.verdict}. {'; '.join(one.deviations)}.{known}"
            console.print(message, soft_wrap=True)
        elif one.known:
            message = (
                f"{one.name} is as declared now: take it off the list of those that are known."
            )
            console.print(message, soft_wrap=True)
