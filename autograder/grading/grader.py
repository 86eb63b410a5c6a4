"""Grades a class: with which course, on which images, and where the results go."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import nbformat

from autograder.core.config import Course
from autograder.core.errors import SubmissionError, writing
from autograder.core.evidence import Evidence, SubmissionRecord, save_submission
from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.grading import cache_key, lesson_detection, result_files
from autograder.grading.bounded import Bounded
from autograder.grading.discovery import Submission, readable
from autograder.grading.executor import ExecutorFactory, LocalExecutor
from autograder.grading.plan import Plan
from autograder.grading.result_files import Graded
from autograder.grading.run_cache import RunCache
from autograder.grading.scheduler import Scheduler
from autograder.judge.runner import JudgeError, Verdicts
from autograder.judge.server import Judge
from autograder.notebooks.reader import ReadNotebook, read_notebook
from autograder.notebooks.restore import Restored, restore
from autograder.sandbox import job_runner
from autograder.sandbox.job_runner import submission_record, with_outputs
from autograder.sandbox.pool import SandboxPool

RUNS = ".runs"


@dataclass(frozen=True, kw_only=True)
class Grader:
    """Grades submissions. A context manager: at its end the sandboxes and the judge are closed.

    With ``share`` a program that several students handed in is run once; with ``fresh`` no run
    counts that was stored earlier; ``executor_factory`` says where jobs are run, if not here.
    """

    course: Course
    data_home: Path
    results: Path
    lesson: Lesson | None = None
    share: bool = True
    fresh: bool = False
    executor_factory: ExecutorFactory | None = None

    @functools.cached_property
    def sandbox_pool(self) -> SandboxPool:
        """Where the submissions are run."""
        private = (self.results, *([self.course.root] if self.course.root else []))
        return SandboxPool(settings=self.course.settings, data_home=self.data_home, private=private)

    @functools.cached_property
    def cache(self) -> RunCache:
        """The cache of runs."""
        return RunCache(self.results / RUNS, fresh=self.fresh)

    @functools.cached_property
    def _bounded(self) -> Bounded:
        """The process that reads what students wrote: whatever it is, the class goes on."""
        return Bounded()

    @functools.cached_property
    def _judge(self) -> Judge:
        return Judge(self.course)

    @functools.cached_property
    def _conditions(self) -> tuple[str, ...]:
        return cache_key.conditions(
            isolation=self.sandbox_pool.level, data=self.sandbox_pool.data_name
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox_pool.close()
        self._judge.close()
        self._bounded.close()

    def grade(self, submissions: Sequence[Submission], *, workers: int = 1) -> Iterator[Report]:
        """Yield the report of each submission as it is ready; each is written before it is yielded.

        A submission that cannot be run gives a ``failed`` report; so does one that our own
        code failed on, with the traceback in ``Report.trouble``.

        Raises:
            IsolationError: submissions cannot be isolated on this machine.
            ResultsError: the results cannot be written.
        """
        executor = (
            self.executor_factory(self.sandbox_pool)
            if self.executor_factory
            else LocalExecutor(self.sandbox_pool, workers)
        )
        try:
            yield from Scheduler(self, executor).reports(submissions)
        finally:
            # After Ctrl-C too: running jobs are cancelled, what was written stays.
            executor.stop()

    def run_and_judge(
        self, submission: Submission, lesson: Lesson, restored: Restored, place: str
    ) -> Graded:
        """Run a restored notebook, judge it, and write its results."""
        plan = self.planned(submission, lesson, restored, place)
        evidence = job_runner.run(plan.job, self.sandbox_pool)
        self.cache.store(plan.keys, evidence)
        (graded,) = self.judged([(plan, evidence, False)])
        return graded

    def lesson_of(self, submission: Submission) -> Lesson | None:
        """Return the lesson of a submission if it is known without reading it, or ``None``."""
        return self.lesson or lesson_detection.by_name(submission, self.course)

    def read(self, submission: Submission) -> tuple[ReadNotebook, Lesson]:
        """Read a submission, and find out which lesson it is for.

        Raises:
            SubmissionError: it cannot be read, or its lesson is unknown.
        """
        if submission.path is None:
            message = ("There is no notebook in this folder.", *submission.notes)
            raise SubmissionError(" ".join(message))
        read = self._bounded.call(read_notebook, submission.path)
        if self.lesson:
            return read, self.lesson
        lesson, notes = lesson_detection.detect(submission, read, self.course)
        return replace(read, notes=(*notes, *read.notes)), lesson

    def plan(self, submission: Submission, read: ReadNotebook, lesson: Lesson, place: str) -> Plan:
        """Restore what was read; ``place`` is the folder for its results."""
        released = nbformat.read(self.course.released(lesson), as_version=4)
        restored = self._bounded.call(restore, read.notebook, released)
        notes = (*submission.notes, *read.notes, *restored.notes)
        return self.planned(submission, lesson, replace(restored, notes=notes), place)

    def planned(
        self, submission: Submission, lesson: Lesson, restored: Restored, place: str
    ) -> Plan:
        """Return what to run for a restored notebook, and which runs may stand in for it."""
        job, left_out = self._bounded.call(
            job_runner.prepare, restored, self.course.settings, submission.folder
        )
        keys = self._bounded.call(
            cache_key.keys,
            job,
            self._conditions,
            owner=submission.name,
            share=self.share,
            given=restored.given,
        )
        return Plan(
            submission=submission,
            lesson=lesson,
            place=place,
            restored=replace(restored, notes=(*restored.notes, *left_out)),
            job=job,
            keys=keys,
        )

    def judged(self, ran: Sequence[tuple[Plan, Evidence, bool]]) -> list[Graded]:
        """Judge runs of one lesson together, and write evidence, report and notebook of each.

        The third of each says whether the run was another submission's.

        Raises:
            JudgeError: the judge failed.
            ResultsError: the results cannot be written.
        """
        lesson = ran[0][0].lesson
        records = []
        for plan, evidence, shared in ran:
            record = submission_record(plan.restored, lesson, evidence.run.job, shared=shared)
            self.cache.save(evidence, self._folder(plan))
            with writing():
                save_submission(record, self._folder(plan))
            records.append(record)
        programs = {self._folder(plan): plan.job.program for plan, _, _ in ran}
        verdicts = self._judge.judge(programs, lesson)
        return [
            self._graded(plan, evidence, record, verdicts[str(self._folder(plan).resolve())])
            for (plan, evidence, _), record in zip(ran, records, strict=True)
        ]

    def _graded(
        self, plan: Plan, evidence: Evidence, record: SubmissionRecord, verdicts: Verdicts | str
    ) -> Graded:
        if isinstance(verdicts, str):
            raise JudgeError(verdicts)
        report = result_files.report_on(plan, evidence.of(record).run, verdicts)
        report = replace(report, source=result_files.source_of(plan.submission, self.results))
        notebook = with_outputs(plan.restored.notebook, evidence.outputs)
        drawn = result_files.draw_bounded(self._bounded, notebook, report, plan.lesson, fresh=True)
        with writing():
            result_files.write(self._folder(plan), drawn)
        return Graded(report=drawn.report, notebook=drawn.notebook)

    def unrun(
        self, submission: Submission, reason: str, lesson: Lesson, place: str, trouble: str = ""
    ) -> Report:
        """Write a report on what could not be run, in place of an earlier one.

        ``trouble`` is our own traceback, where it is our fault.
        """
        report = result_files.failed(submission, readable(reason), lesson)
        source = result_files.source_of(submission, self.results)
        report = replace(report, place=place, source=source, trouble=readable(trouble) or None)
        with writing():
            result_files.write_alone(self.results / lesson.name / place, report, lesson)
        return report

    def _folder(self, plan: Plan) -> Path:
        return self.results / plan.lesson.name / plan.place
