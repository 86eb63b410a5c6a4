"""``nbgrader autograde`` on a class: what it converts one by one is run before, side by side."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde

from autograder.core.config import find_course
from autograder.core.errors import AutograderError, SubmissionError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.grading.discovery import Submission
from autograder.grading.results_lock import lock_results
from autograder.nbgrader_plugin import shared_processes
from autograder.nbgrader_plugin.preprocessors.autograde import chosen_notebook

Convert = Callable[[Any], None]


def run_submissions_ahead() -> None:
    """Let ``nbgrader autograde`` run the submissions of a lesson before it converts the first."""
    if not hasattr(Autograde.convert_notebooks, "__wrapped__"):
        Autograde.convert_notebooks = _with_runs(Autograde.convert_notebooks)


def _with_runs(convert: Convert) -> Convert:
    @functools.wraps(convert)
    def convert_notebooks(self: Any) -> None:
        if self.coursedir.assignment_id in lesson_names():
            # Without it everything goes on, more slowly; what is wrong is said there.
            try:
                _run(self, load_lesson(self.coursedir.assignment_id))
            except AutograderError as error:
                self.log.warning("The notebooks are run one by one: %s", error)
        convert(self)

    return convert_notebooks


def _run(converter: Any, lesson: Lesson) -> None:
    submissions = list(_new_submissions(converter, lesson))
    if len(submissions) < 2:
        return
    course = find_course(Path.cwd())
    workers = min(course.settings.workers or os.cpu_count() or 1, len(submissions))
    converter.log.info("Running %d submissions, %d at a time", len(submissions), workers)
    grader = shared_processes.grader(course)
    with lock_results(grader.results, "nbgrader autograde", converter.log.warning):
        for number, name in enumerate(grader.run_ahead(submissions, workers=workers), start=1):
            converter.log.info("Ran %s (%d of %d)", name, number, len(submissions))


def _new_submissions(converter: Any, lesson: Lesson) -> Iterator[Submission]:
    """Yield what nbgrader has not graded yet, or is told to grade again."""
    pattern = converter._format_source(  # noqa: SLF001
        "(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True
    )
    left_out = (converter.coursedir.student_id_exclude or "").split(",")
    for folder in map(Path, sorted(converter.assignments)):
        found = re.match(pattern, str(folder))
        if found is None or (student := found["student_id"]) in left_out:
            continue
        graded = converter._format_dest(lesson.name, student)  # noqa: SLF001
        if os.path.exists(graded) and not converter.force:
            continue
        # Such as a folder that may be listed and not entered: who converts it says so.
        try:
            path, notes = chosen_notebook(folder, lesson.notebook)
        except (SubmissionError, OSError):
            continue
        yield Submission(name=student, path=path, folder=folder, notes=notes)
