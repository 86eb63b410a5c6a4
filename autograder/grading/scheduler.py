"""Grading a class: which jobs run, which wait for the same run, which are ready to be judged."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.core.errors import ClusterError, IsolationError, ResultsError, SubmissionError
from autograder.core.evidence import Evidence
from autograder.core.lesson import NO_LESSON, Lesson
from autograder.core.report import Report
from autograder.grading.discovery import Submission
from autograder.grading.executor import Executor
from autograder.grading.plan import CompletedRun, Plan
from autograder.grading.result_files import ResultFolders
from autograder.sandbox.process import CancelledError

if TYPE_CHECKING:
    from autograder.grading.grader import Grader

# One pytest session judges this many at once; more would delay the first reports.
BATCH_SIZE = 32
# From so many submissions on it is worth while to run the solution first.
MANY = 8


class Scheduler:
    """Grades one class. Everything is written by the thread that iterates over the reports."""

    def __init__(self, grader: Grader, executor: Executor) -> None:
        self._grader = grader
        self._executor = executor
        self._running: dict[Future[Evidence], list[Plan]] = {}
        self._by_key: dict[str, Future[Evidence]] = {}
        # Runs of the solutions, and the lessons for which there has been one.
        self._solutions: dict[Future[Evidence], Plan] = {}
        self._prepared: set[str] = set()
        self._remaining = 0
        # Keys of programs whose run cannot be shared after all.
        self._unshared: set[str] = set()
        self._ready: list[CompletedRun] = []
        # Submissions that were run, and what went wrong then.
        self._failed: list[tuple[Plan, Exception]] = []
        self._folders = ResultFolders(grader.results)
        self._lessons: dict[str, Lesson] = {}
        # Submissions that could not be read, and whose name may belong to any lesson.
        self._unassigned: list[tuple[Submission, Exception]] = []

    def reports(self, submissions: Sequence[Submission]) -> Iterator[Report]:
        """Yield the reports as they are ready."""
        for number, submission in enumerate(submissions):
            self._remaining = len(submissions) - number
            yield from self._start(submission)
            if len(self._ready) >= BATCH_SIZE:
                yield from self._judge()
            while len(self._running) >= self._executor.max_pending:
                yield from self._wait()
        while self._running:
            yield from self._wait()
        yield from self._judge()
        # A class has one lesson: a submission among its notebooks was meant for it too.
        lesson = next(iter(self._lessons.values())) if len(self._lessons) == 1 else NO_LESSON
        for submission, error in self._unassigned:
            yield self._unread(submission, lesson, error)

    def _start(self, submission: Submission) -> Iterator[Report]:
        try:
            read, lesson = self._grader.read(submission)
        except Exception as error:  # noqa: BLE001  one submission must not end the class
            known = self._grader.lesson_of(submission)
            if known:
                yield self._unread(submission, known, error)
            else:
                self._unassigned.append((submission, error))
            return
        self._lessons[lesson.name] = lesson
        results_folder = self._folders.take(lesson, submission)
        try:
            self._take(self._grader.plan(submission, read, lesson, results_folder))
        except Exception as error:  # noqa: BLE001  the same
            yield self._failure(submission, lesson, results_folder, error)

    def _unread(self, submission: Submission, lesson: Lesson, error: Exception) -> Report:
        results_folder = self._folders.take(lesson, submission)
        return self._failure(submission, lesson, results_folder, error)

    def _take(self, plan: Plan) -> None:
        """Find a run for it, wait with another submission for the same run, or start one."""
        if found := self._grader.cache.find(plan.keys):
            evidence, shared = found
            self._finish(plan, evidence, shared=shared)
            return
        key = next(key for key in reversed(plan.keys.all) if key not in self._unshared)
        if key not in self._by_key:
            self._prepare(plan.lesson)
            self._by_key[key] = self._executor.start(plan.job)
        self._running.setdefault(self._by_key[key], []).append(plan)

    def _prepare(self, lesson: Lesson) -> None:
        """Run the solution of a lesson first, where there are many submissions left to run."""
        # What is prepared does not travel to other machines.
        if self._remaining < MANY or lesson.name in self._prepared or not self._executor.runs_here:
            return
        self._prepared.add(lesson.name)
        if plan := self._grader.prepare(lesson):
            self._solutions[self._executor.start(plan.job)] = plan

    def _wait(self) -> Iterator[Report]:
        """Judge what is ready, then wait until something else is."""
        yield from self._judge()
        done, _ = wait([*self._running, *self._solutions], return_when=FIRST_COMPLETED)
        end: Exception | None = None
        for future in done:
            if future in self._solutions:
                self._grader.use_solution(self._solutions.pop(future), future.result)
                continue
            plans = self._running.pop(future)
            self._by_key = {key: one for key, one in self._by_key.items() if one is not future}
            try:
                evidence = future.result()
            except CancelledError:
                raise
            except (ClusterError, IsolationError) as error:
                end = error
                continue
            except Exception as error:  # noqa: BLE001  one submission must not end the class
                yield self._failure(
                    plans[0].submission, plans[0].lesson, plans[0].results_folder, error
                )
                self._unshared.update(set(plans[0].keys.all) - {plans[0].keys.submission})
                for plan in plans[1:]:
                    self._take(plan)
                continue
            self._finish_all(plans, evidence)
        if end:
            # What has come in with it is not lost.
            yield from self._judge()
            raise end

    def _finish_all(self, plans: Sequence[Plan], evidence: Evidence) -> None:
        """Take the run of the first plan; the others share it if they may."""
        first = plans[0].keys
        found_under = self._grader.cache.store(first, evidence)
        self._unshared.update(set(first.all) - set(found_under) - {first.submission})
        self._finish(plans[0], evidence, shared=False)
        for plan in plans[1:]:
            self._take(plan)

    def _finish(self, plan: Plan, evidence: Evidence, *, shared: bool) -> None:
        """Take a run: the only one of its submission, the first, or the second."""
        if plan.first:
            self._ready.append(replace(plan.first, followed=evidence))
            return
        completed = CompletedRun(plan=plan, evidence=evidence, shared=shared)
        try:
            second = self._grader.follow_through(completed)
        except Exception as error:  # noqa: BLE001  one submission must not end the class
            self._failed.append((plan, error))
            return
        if second:
            self._take(second)
        else:
            self._ready.append(completed)

    def _judge(self) -> Iterator[Report]:
        while self._failed:
            plan, error = self._failed.pop()
            yield self._failure(plan.submission, plan.lesson, plan.results_folder, error)
        while self._ready:
            lesson = self._ready[0].plan.lesson
            batch = [one for one in self._ready if one.plan.lesson is lesson][:BATCH_SIZE]
            self._ready = [one for one in self._ready if one not in batch]
            yield from self._judged(batch)

    def _judged(self, batch: Sequence[CompletedRun], *, last: bool = False) -> Iterator[Report]:
        try:
            yield from [graded.report for graded in self._grader.judged(batch)]
        except ResultsError:
            raise
        except Exception as error:  # noqa: BLE001  one submission must not end the class
            if last:
                (plan,) = (one.plan for one in batch)
                yield self._failure(plan.submission, plan.lesson, plan.results_folder, error)
                return
            # Each by itself: one may be to blame, or none, such as where the judge was ended.
            for one in batch:
                yield from self._judged([one], last=True)

    def _failure(
        self, submission: Submission, lesson: Lesson, results_folder: str, error: Exception
    ) -> Report:
        """Report our own failure with the traceback, never as a grade; else only the reason."""
        if isinstance(error, SubmissionError):
            return self._grader.unrun(submission, str(error), lesson, results_folder)
        reason = f"The grader itself failed: {error}".partition("\n")[0]
        trouble = "".join(traceback.format_exception(error))
        return self._grader.unrun(submission, reason, lesson, results_folder, trouble)
