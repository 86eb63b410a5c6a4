"""The command that tests a lesson's checks on mutants of its solution."""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from rich.console import Console
from rich.markup import escape

from autograder.authoring.mutation import matrix, page
from autograder.authoring.mutation.judgement import Judgement, tally
from autograder.authoring.mutation.run import run
from autograder.authoring.mutation.suite import MutationSuite, workshop
from autograder.authoring.spec.mutation import has_mutants
from autograder.cli.dataset_option import home_of
from autograder.cli.options import course_of
from autograder.core.config import Course
from autograder.core.errors import UsageError, writing
from autograder.core.evidence import write_whole
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson, only_lesson
from autograder.grading import Grader
from autograder.grading.results_lock import held
from autograder.judge.rules.format import plural
from autograder.reports import terminal


def run_mutants(arguments: argparse.Namespace, console: Console) -> int:
    """Compare the verdicts on a lesson's mutants with what the lesson declares."""
    course = course_of(arguments, console)
    lesson = _lesson(arguments)
    _check_usage(arguments, lesson)
    if arguments.isolation:
        settings = replace(course.settings, isolation=arguments.isolation)
        course = replace(course, settings=settings)
    suite = workshop(lesson, course)
    judgements = (
        _stored(suite, arguments.only) if arguments.stored else _run(suite, arguments, console)
    )
    _show(judgements, suite, console)
    if arguments.json:
        told = matrix.document(judgements, lesson=lesson.name)
        with writing():
            write_whole(arguments.json, json.dumps(told, ensure_ascii=False, indent=2).encode())
    if arguments.write:
        text = page.text(suite.stored(), lesson, suite.declared.unseen)
        page.put(arguments.write, lesson, text)
        print(f"Written: {arguments.write}")
    return 0 if all(one.is_well for one in judgements) else 1


def _lesson(arguments: argparse.Namespace) -> Lesson:
    """Return the requested lesson, else the only one that declares mutants."""
    if arguments.lesson:
        return load_lesson(arguments.lesson)
    return only_lesson(filter(has_mutants, map(load_lesson, lesson_names())), "mutants")


def _check_usage(arguments: argparse.Namespace, lesson: Lesson) -> None:
    """Raise usage errors before anything is run, not after an hour."""
    if arguments.stored and (arguments.store or arguments.second):
        raise UsageError("--stored runs nothing: leave --store and --second away.")
    if arguments.json and not arguments.json.resolve().parent.is_dir():
        raise UsageError(f"There is no folder {arguments.json.resolve().parent} to write in.")
    if arguments.write:
        page.written(arguments.write, lesson)


def _stored(suite: MutationSuite, pattern: str) -> list[Judgement]:
    return [one for one in suite.stored() if fnmatch.fnmatch(one.name, pattern)]


def _run(suite: MutationSuite, arguments: argparse.Namespace, console: Console) -> list[Judgement]:
    made = suite.made(suite.chosen(arguments.only, arguments.second))
    grader = Grader(
        course=Course(root=suite.root, settings=suite.settings),
        data_home=home_of(arguments.data, console),
        results=arguments.results or suite.root / "results" / ".mutants",
        lesson=suite.lesson,
    )
    workers = arguments.workers or suite.settings.workers or os.cpu_count() or 1
    watch = partial(terminal.watched, console=console)
    with held(grader.results, "autograder mutants", console.print):
        ran = run(made, suite.lesson, grader, workers=workers, watch=watch)
    if arguments.store:
        size = suite.store(ran)
        print(f"Stored: {suite.archive} ({size / 2**20:.2f} MiB)")
    return [suite.judgement(one) for one in ran]


def _show(judgements: Sequence[Judgement], suite: MutationSuite, console: Console) -> None:
    """Print the matrix, the score, and each mutant whose verdicts differ from the declared ones."""
    Console().print(matrix.table(judgements, suite.lesson))
    found = tally(judgements)
    print(
        f"{plural(len(judgements), 'mutant')}. {found.caught} of {found.wrong} wrong ones were"
        f" caught with the right names: mutation score {found.score:.1%}."
    )
    for one in judgements:
        if one.deviations:
            known = f" Known: {one.known}" if one.known else ""
            told = f"{one.name}: {one.verdict}. {'; '.join(one.deviations)}.{known}"
            console.print(escape(told), highlight=False, soft_wrap=True)
        elif one.known:
            told = f"{one.name} is as declared now: take it off the list of those that are known."
            console.print(escape(told), highlight=False, soft_wrap=True)
