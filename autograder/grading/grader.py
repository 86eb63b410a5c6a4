"""Grades a class: with which course, on which images, and where the results go."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import msgspec

from autograder import datasets
from autograder.core.config import Course
from autograder.core.errors import JudgeError, SubmissionError, writing
from autograder.core.evidence import Evidence, save_submission
from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.core.verdicts import Verdicts
from autograder.grading import cache_key, follow_through, lesson_detection, result_files
from autograder.grading.cache_key import CacheKeys
from autograder.grading.discovery import Submission, readable
from autograder.grading.executor import Executor, ExecutorFactory, LocalExecutor
from autograder.grading.limited_process import LimitedProcess
from autograder.grading.plan import CompletedRun, Plan
from autograder.grading.result_files import Graded
from autograder.grading.run_cache import RunCache
from autograder.grading.runs_ahead import RunsAhead
from autograder.grading.scheduler import Scheduler
from autograder.grading.training_cache import TrainingCache
from autograder.judge.judge_process import Judge
from autograder.notebooks.lesson_notebook import read_lesson_notebook
from autograder.notebooks.reader import ReadNotebook, read_notebook
from autograder.notebooks.restore import Restored, restore
from autograder.sandbox import job_runner
from autograder.sandbox.job_runner import submission_record, with_outputs
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import Job

RUNS = ".runs"
TRAININGS = ".trainings"


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
        settings = self.course.settings.for_student("")
        return SandboxPool(
            settings=settings,
            data_home=self.data_home,
            private=private,
            trainings=self._training_cache() if settings.replay else None,
        )

    @functools.cached_property
    def cache(self) -> RunCache:
        """The cache of runs."""
        return RunCache(self.results / RUNS, fresh=self.fresh)

    def _training_cache(self) -> TrainingCache:
        conditions = cache_key.conditions(isolation="").values()
        return TrainingCache(self.results / TRAININGS, conditions, fresh=self.fresh)

    @functools.cached_property
    def _reader(self) -> LimitedProcess:
        """The process that reads what students wrote: whatever it is, the class goes on."""
        return LimitedProcess()

    @functools.cached_property
    def _judge(self) -> Judge:
        return Judge(self.course)

    @functools.cached_property
    def _conditions(self) -> tuple[str, ...]:
        return tuple(cache_key.conditions(isolation=self.sandbox_pool.level).values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox_pool.close()
        self._judge.close()
        self._reader.close()

    def grade(self, submissions: Sequence[Submission], *, workers: int = 1) -> Iterator[Report]:
        """Yield the report of each submission as it is ready; each is written before it is yielded.

        A submission that cannot be run gives a ``failed`` report; so does one that our own
        code failed on, with the traceback in ``Report.trouble``.

        Raises:
            IsolationError: submissions cannot be isolated on this machine.
            ResultsError: the results cannot be written.
        """
        self.start()
        executor = self._executor(workers)
        try:
            yield from Scheduler(self, executor).reports(submissions)
        finally:
            # After Ctrl-C too: running jobs are cancelled, what was written stays.
            executor.stop()

    def start(self) -> None:
        """Start what takes seconds to start, and is needed later, while submissions are read."""
        self._start_sandboxes()
        self._judge.start()

    def _start_sandboxes(self) -> None:
        # Where runs are found it may be that none is needed.
        if self.executor_factory is None and self.cache.is_empty:
            self.sandbox_pool.start()

    def _executor(self, workers: int) -> Executor:
        if self.executor_factory:
            return self.executor_factory(self.sandbox_pool)
        return LocalExecutor(self.sandbox_pool, workers)

    def run_ahead(self, submissions: Sequence[Submission], *, workers: int) -> Iterator[str]:
        """Run submissions several at a time, for :meth:`run_and_judge` to find their runs.

        Yields:
            The name of each once it was run, or cannot be.

        Raises:
            IsolationError: submissions cannot be isolated on this machine.
            ResultsError: the runs cannot be written.
        """
        self._start_sandboxes()
        executor = self._executor(workers)
        try:
            yield from (one.name for one in RunsAhead(self, executor).reports(submissions))
        finally:
            executor.stop()

    def run_and_judge(
        self, submission: Submission, lesson: Lesson, restored: Restored, results_folder: str
    ) -> Graded:
        """Run a restored notebook, or find its run; judge it, and write its results."""
        plan = self.planned(submission, lesson, restored, results_folder)
        evidence, shared = self._run(plan)
        completed = CompletedRun(plan=plan, evidence=evidence, shared=shared)
        if second := self.follow_through(completed):
            followed, _ = self._run(second)
            completed = replace(completed, followed=followed)
        (graded,) = self.judged([completed])
        return graded

    def prepare(self, lesson: Lesson) -> Plan | None:
        """Prepare for many runs; return what is to be run before them, if anything.

        That is the lesson's solution, whose pictures need not be drawn again.
        """
        path = self.course.solved(lesson)
        if path is None:
            return None
        # Without it everything is drawn again; what is wrong with it is no submission's fault.
        with contextlib.suppress(Exception):
            solution = Submission(name="", path=path)
            notebook = ReadNotebook(notebook=read_lesson_notebook(path))
            plan = self.plan(solution, notebook, lesson, "")
            # Never the run of a student who handed in the same.
            plan = replace(plan, keys=CacheKeys(submission=plan.keys.submission))
            if found := self.cache.find(plan.keys):
                for outputs in found[0].outputs.values():
                    self.sandbox_pool.add_pictures(outputs)
                return None
            return replace(plan, job=msgspec.structs.replace(plan.job, is_solution=True))
        return None

    def use_solution(self, plan: Plan, run: Callable[[], Evidence]) -> None:
        """Store the run of a solution, if it can be had; its pictures were seen as they came."""
        # The same as above.
        with contextlib.suppress(Exception):
            self.cache.store(plan.keys, run())

    def _run(self, plan: Plan) -> tuple[Evidence, bool]:
        """Return the evidence of a run, and whether it was another submission's."""
        if found := self.cache.find(plan.keys):
            return found
        evidence = job_runner.run(plan.job, self.sandbox_pool)
        self.cache.store(plan.keys, evidence)
        return evidence, False

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
        read = self._reader.call(read_notebook, submission.path)
        if self.lesson:
            return read, self.lesson
        lesson, notes = lesson_detection.detect(submission, read, self.course)
        return replace(read, notes=(*notes, *read.notes)), lesson

    def plan(
        self, submission: Submission, read: ReadNotebook, lesson: Lesson, results_folder: str
    ) -> Plan:
        """Restore what was read; ``results_folder`` is the folder for its results."""
        released = read_lesson_notebook(self.course.released(lesson))
        restored = self._reader.call(restore, read.notebook, released)
        notes = (*submission.notes, *read.notes, *restored.notes)
        return self.planned(submission, lesson, replace(restored, notes=notes), results_folder)

    def planned(
        self, submission: Submission, lesson: Lesson, restored: Restored, results_folder: str
    ) -> Plan:
        """Return what to run for a restored notebook, and which runs may stand in for it."""
        job, left_out = self._reader.call(
            job_runner.prepare,
            restored,
            self.course.settings,
            submission.folder,
            lesson.dataset,
            student=submission.name,
        )
        restored = replace(restored, notes=(*restored.notes, *left_out))
        return Plan(
            submission=submission,
            lesson=lesson,
            results_folder=results_folder,
            restored=restored,
            record=self._reader.call(submission_record, restored, lesson.name),
            job=job,
            keys=self._keys(job, submission, restored.given_code),
        )

    def _keys(self, job: Job, submission: Submission, given_code: Collection[str]) -> CacheKeys:
        return self._reader.call(
            cache_key.keys,
            job,
            (*self._conditions, self.sandbox_pool.variant(datasets.named(job.dataset))),
            owner=submission.name,
            share=self.share,
            given_code=given_code,
        )

    def follow_through(self, completed: CompletedRun) -> Plan | None:
        """Return what is to be run once more, with the solution in the place of some cells."""
        plan = completed.plan
        if not self.course.settings.follow_through:
            return None
        evidence = completed.evidence.of(
            plan.record_for(completed.evidence, shared=completed.shared)
        )
        lost = follow_through.unusable(evidence, plan.lesson)
        # Of most submissions all can be used: the source is read for the others only.
        known = follow_through.solutions(self.course, plan.lesson) if lost else {}
        job = follow_through.job_for(plan, evidence, known)
        if job is None:
            return None
        given_code = plan.restored.given_code | set(known.values())
        return replace(
            plan, job=job, keys=self._keys(job, plan.submission, given_code), first=completed
        )

    def judged(self, completed: Sequence[CompletedRun]) -> list[Graded]:
        """Judge runs of one lesson together, and write evidence, report and notebook of each.

        Raises:
            JudgeError: the judge failed.
            ResultsError: the results cannot be written.
        """
        lesson = completed[0].plan.lesson
        evidence: dict[Path, Evidence] = {}
        programs: dict[Path, str] = {}
        for one in completed:
            folder = self._folder(one.plan)
            evidence[folder] = self._saved(one.plan, one.evidence, folder, shared=one.shared)
            programs[folder] = one.plan.job.program
            second = folder / follow_through.FOLDER
            if one.followed:
                evidence[second] = self._saved(one.plan, one.followed, second)
                programs[second] = one.followed.run.program
            else:
                shutil.rmtree(second, ignore_errors=True)
        answers = self._judge.judge(programs, lesson)
        judged = {
            folder: (evidence[folder], _verdicts(answers[str(folder.resolve())]))
            for folder in programs
        }
        return [self._graded(one, judged) for one in completed]

    def _saved(
        self, plan: Plan, evidence: Evidence, folder: Path, *, shared: bool = False
    ) -> Evidence:
        """Save the evidence of a submission; return it with the submission's record."""
        record = plan.record_for(evidence, shared=shared)
        self.cache.save(evidence, folder)
        with writing():
            save_submission(record, folder)
        return evidence.of(record)

    def _graded(
        self, completed: CompletedRun, judged: Mapping[Path, tuple[Evidence, Verdicts]]
    ) -> Graded:
        plan, folder = completed.plan, self._folder(completed.plan)
        evidence, verdicts = judged[folder]
        report = result_files.report_on(plan, evidence.run, verdicts)
        report = replace(report, source=result_files.source_of(plan.submission, self.results))
        if completed.followed:
            second, then = judged[folder / follow_through.FOLDER]
            share = self.course.settings.follow_through
            report = follow_through.applied(report, second, then, plan.lesson, share)
        notebook = with_outputs(plan.restored.notebook, completed.evidence.outputs)
        drawn = result_files.draw_limited(self._reader, notebook, report, plan.lesson, fresh=True)
        with writing():
            result_files.write(folder, drawn)
        return Graded(report=drawn.report, notebook=drawn.notebook)

    def unrun(
        self,
        submission: Submission,
        reason: str,
        lesson: Lesson,
        results_folder: str,
        trouble: str = "",
    ) -> Report:
        """Write a report on what could not be run, in place of an earlier one.

        ``trouble`` is our own traceback, where it is our fault.
        """
        report = result_files.failed(submission, readable(reason), lesson)
        source = result_files.source_of(submission, self.results)
        report = replace(
            report, results_folder=results_folder, source=source, trouble=readable(trouble) or None
        )
        with writing():
            result_files.write_alone(self.results / lesson.name / results_folder, report, lesson)
        return report

    def _folder(self, plan: Plan) -> Path:
        return self.results / plan.lesson.name / plan.results_folder


def _verdicts(answer: Verdicts | str) -> Verdicts:
    if isinstance(answer, str):
        raise JudgeError(answer)
    return answer
