"""Mutants run for real, by the project's own grader, as a class of submissions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from autograder.authoring.mutation.judgement import Judgement
from autograder.authoring.mutation.make import MutantNotebook
from autograder.authoring.spec.mutation import Mutant
from autograder.core.errors import AutograderError
from autograder.core.evidence import Evidence, load
from autograder.core.lesson import Lesson
from autograder.core.report import CheckResult, Report
from autograder.grading.discovery import Submission
from autograder.grading.grader import Grader

Watch = Callable[[Iterator[Report], int], list[Report]]


class RunError(AutograderError):
    """Mutants could not be run or judged; the message says why."""


@dataclass(frozen=True, kw_only=True)
class MutantRun:
    """A mutant that was run, its evidence, and the results of the checks."""

    notebook: MutantNotebook
    evidence: Evidence
    checks: Sequence[CheckResult]


def run_mutants(
    notebooks: Sequence[MutantNotebook],
    lesson: Lesson,
    grader: Grader,
    *,
    workers: int,
    watch: Watch,
) -> list[MutantRun]:
    """Run mutants and judge them, as many as ``workers`` at a time; ``watch`` shows the progress.

    Raises:
        RunError: one could not be run or judged.
    """
    # What is declared of a mutant is what one run of it shows.
    settings = replace(grader.course.settings, follow_through=0.0)
    grader = replace(grader, course=replace(grader.course, settings=settings))
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder, grader:
        submissions = []
        for number, one in enumerate(notebooks):
            path = Path(folder) / f"{number}.ipynb"
            nbformat.write(one.notebook, path)
            # What is made anew each time is known by its name.
            source = grader.results / one.name
            submissions.append(Submission(name=one.name, path=path, source=source))
        ready = grader.grade(submissions, workers=min(workers, len(submissions)))
        reports = {report.name: report for report in watch(ready, len(submissions))}
    folders = {
        name: grader.results / lesson.name / one.results_folder for name, one in reports.items()
    }
    for report in reports.values():
        if report.status == "failed" or report.interrupted:
            raise RunError(f"{report.name}: {report.trouble or report.reason}")
    return [
        MutantRun(notebook=one, evidence=load(folders[one.name]), checks=reports[one.name].checks)
        for one in notebooks
    ]


def judgement(
    mutant: Mutant, evidence: Evidence, checks: Sequence[CheckResult], known: Mapping[str, str]
) -> Judgement:
    """Compare what the checks found in a mutant with what is expected where it ran."""
    recorded = evidence.recorded
    offered = recorded.devices.offered if recorded else ()
    return Judgement(
        name=mutant.name,
        expected=mutant.expected_on(gpu=any("GPU" in one.upper() for one in offered)),
        results=checks,
        known=known.get(mutant.name),
    )
