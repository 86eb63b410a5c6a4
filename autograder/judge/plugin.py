"""A pytest plugin that runs the checks of one lesson on many submissions and records results."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any, NoReturn

import pytest

from autograder import datasets
from autograder.core import printable
from autograder.core.config import Settings
from autograder.core.errors import LessonError
from autograder.core.evidence import Evidence
from autograder.core.exception_names import public_name
from autograder.core.lesson import Lesson
from autograder.core.points_mark import points_in
from autograder.core.report import CheckResult, Outcome
from autograder.core.verdicts import (
    CannotTell,
    Failed,
    NotApplicable,
    PriorResults,
    Skipped,
    Tell,
    Verdict,
)
from autograder.datasets import Images
from autograder.judge.attempts import blocking_verdict
from autograder.judge.cell_failures import failed_after_error
from autograder.judge.gating import explained, required
from autograder.judge.identity import identified
from autograder.judge.rules.rule import OPEN
from autograder.judge.time_budget import TimeBudget


class CheckPlugin:
    """A pytest plugin that runs every check on every submission.

    ``judged`` holds the results for each submission, ``expected`` the number of its checks.
    """

    def __init__(
        self,
        submissions: Sequence[tuple[str, Evidence]],
        lesson: Lesson,
        settings: Settings,
        clock: TimeBudget | None = None,
    ) -> None:
        self.judged = {name: PriorResults() for name, _ in submissions}
        self.expected: Counter[str] = Counter()
        # With underscores, because pytest takes attributes of these names for the fixtures.
        self._submissions = {name: identified(one) for name, one in submissions}
        self._lesson = lesson
        self._settings = settings
        self._clock = clock

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every check on every submission."""
        if "submission" in metafunc.fixturenames:
            metafunc.parametrize("submission", list(self._submissions), scope="session")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Refuse checks without a question or with invalid points, before any of them runs."""
        for item in session.items:
            if (name := _submission(item)) is not None:
                try:
                    self._lesson.question(_question(item))
                except LessonError as error:
                    raise pytest.UsageError(f"{item.path}: {error}") from None
                _points(item)
                self.expected[name] += 1

    @pytest.fixture
    def evidence(self, submission: str) -> Evidence:
        """Return the evidence of one submission."""
        return self._submissions[submission]

    @pytest.fixture
    def settings(self) -> Settings:
        """Return the course's settings."""
        return self._settings

    @pytest.fixture
    def lesson(self) -> Lesson:
        """Return the lesson that is judged."""
        return self._lesson

    @pytest.fixture
    def data(self, evidence: Evidence) -> Images:
        """Return the judge's own copy of the data set that the notebook was given."""
        return datasets.of(self._lesson).load_named(evidence.run.data)

    @pytest.fixture
    def tell(self) -> Tell:
        """Return the object with which a check reports more than its verdict."""
        return Tell()

    @pytest.fixture
    def so_far(self, submission: str) -> PriorResults:
        """Return the results of the earlier checks of this submission."""
        return self.judged[submission]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Record an error from before the check could begin, such as missing images."""
        try:
            return (yield)
        except BaseException as error:  # noqa: BLE001  recorded, then raised again
            self._end(item, error)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run the check if there is anything to check, and record its result."""
        name = _submission(item)
        if name is None:
            return (yield)
        try:
            with self._clock.running(name) if self._clock else contextlib.nullcontext():
                self._gate(item, self.judged[name], self._submissions[name])
                answer = yield
        except BaseException as error:  # noqa: BLE001  recorded, then raised again
            self._end(item, self._with_causes(item, error, name))
        self._record(item, name, None)
        return answer

    def _with_causes(self, item: pytest.Item, error: BaseException, name: str) -> BaseException:
        """Return the error of a check, or what says that something else caused it."""
        question, judged = self._lesson.question(_question(item)), self.judged[name]
        error = explained(error, _roots(item, error), question.name, judged, self._lesson)
        # One message of a question is enough to say that its cell stopped.
        if isinstance(error, Failed) and question.name not in judged.failed_questions:
            return failed_after_error(error, self._submissions[name], self._lesson, question)
        return error

    def _gate(self, item: pytest.Item, judged: PriorResults, evidence: Evidence) -> None:
        question = self._lesson.question(_question(item))
        verdict = blocking_verdict(evidence, self._lesson, question, judged.failed_questions)
        if isinstance(verdict, Failed | Skipped) and any(
            one.question == question.name for one in judged.results
        ):
            raise Skipped("This could not be checked: see the first message of this question.")
        if verdict:
            raise verdict
        required(_marked(item, "requires"), question.name, judged, self._lesson)

    def _record(self, item: pytest.Item, name: str, verdict: Verdict | None) -> CheckResult:
        tell = getattr(item, "funcargs", {}).get("tell", Tell())
        self.judged[name].measures.update(tell.measures)
        result = _result(item, verdict, tell)
        self.judged[name].results.append(result)
        return result

    def _end(self, item: pytest.Item, error: BaseException) -> NoReturn:
        """Record what ended a check, and end it for pytest, without a traceback for a verdict."""
        name = _submission(item)
        if name is None:
            raise error
        verdict = as_verdict(error)
        result = self._record(item, name, verdict)
        if verdict is not error:
            raise error
        if result.outcome in (Outcome.FAILED, Outcome.ERROR):
            lines = (result.message, result.help and f"Next: {result.help}", result.misconception)
            text = "\n".join(one for one in lines if one)
            raise pytest.fail.Exception(text, pytrace=False) from None
        raise pytest.skip.Exception(result.message) from None


def as_verdict(error: BaseException) -> Verdict:
    """Convert an exception to a verdict; an unexpected one is never the student's fault."""
    if isinstance(error, Verdict):
        return error
    if isinstance(error, AssertionError):
        return Failed(str(error).partition("\n")[0] or "This is not right yet.")
    if isinstance(error, pytest.fail.Exception):
        return Failed(str(error))
    if isinstance(error, pytest.skip.Exception):
        return NotApplicable(str(error))
    if not isinstance(error, Exception):
        raise error
    return CannotTell(
        f"This check could not be carried out ({public_name(type(error))}: {error}).",
        help=OPEN,
    )


def check_id(item: pytest.Item) -> str:
    """Return the id of a check: ``build.layers`` for ``test_layers`` in ``check_build.py``."""
    function = getattr(item, "originalname", None) or item.name
    return f"{_question(item)}.{function.removeprefix('test_')}"


def _question(item: pytest.Item) -> str:
    return item.path.stem.removeprefix("check_")


def _submission(item: pytest.Item) -> str | None:
    """Return the submission that a check runs on, ``None`` for a test that is no check."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("submission") if callspec else None


def _marked(item: pytest.Item, mark: str) -> list[str]:
    """Return the checks that a mark names."""
    return [check for marker in item.iter_markers(mark) for check in marker.args]


def _roots(item: pytest.Item, error: BaseException) -> list[str]:
    """Return the checks that may explain this error, none if its misconception is exempt."""
    marker, named = item.get_closest_marker("explained_by"), getattr(error, "misconception", None)
    return list(marker.args) if marker and named not in marker.kwargs.get("never", ()) else []


def _points(item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    points = points_in(marker.args) if marker else None
    if points is None:
        line = (item.location[1] or 0) + 1
        raise pytest.UsageError(
            f"{item.path}:{line}: {check_id(item)} needs points, such as @pytest.mark.points(1)."
        )
    return points


def _result(item: pytest.Item, verdict: Verdict | None, tell: Tell) -> CheckResult:
    outcome = verdict.outcome if verdict else Outcome.PASSED
    points = _points(item)
    summary = str(getattr(item, "function", item).__doc__ or item.name).strip().partition("\n")[0]
    return CheckResult(
        id=check_id(item),
        question=_question(item),
        outcome=outcome,
        points=points if outcome is Outcome.PASSED else 0.0,
        max_points=points,
        # The texts may quote what a student wrote.
        message=printable.plain(verdict.message if verdict else tell.message or summary),
        help=printable.plain(verdict.help) if verdict else "",
        why=printable.plain(verdict.why if verdict else tell.more),
        how=printable.plain(verdict.how) if verdict else "",
        misconception=verdict.misconception if verdict else None,
        # A check that did not run has no standing.
        standing=tell.standing if outcome in (Outcome.PASSED, Outcome.FAILED) else None,
        hidden=item.get_closest_marker("hidden") is not None,
    )
