"""Runs a lesson's checks over evidence: the engine of the judge is pytest itself.

With ``pytest --evidence FOLDER autograder/lessons/building_a_brain/checks/check_build.py`` an
instructor sees the same checks as plain tests. The judge uses the same plugin and reads
``Judging.results`` afterwards.
"""

from __future__ import annotations

import functools
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from autograder import dataset
from autograder.attempt import hindrance
from autograder.checks import (
    CannotTell,
    Failed,
    NotApplicable,
    NotAttempted,
    Skipped,
    Verdict,
)
from autograder.course import Settings
from autograder.dataset import FashionMnist
from autograder.evidence import Evidence, load
from autograder.lesson import Lesson, load_lesson
from autograder.report import CheckResult, Outcome

OUTCOMES = {
    Failed: Outcome.FAILED,
    NotAttempted: Outcome.NOT_ATTEMPTED,
    Skipped: Outcome.SKIPPED,
    NotApplicable: Outcome.NOT_APPLICABLE,
    CannotTell: Outcome.ERROR,
}


@dataclass
class Tell:
    """How a check that passes speaks: a sentence for the student, numbers for the report."""

    message: str = ""
    measures: dict[str, float] = field(default_factory=dict)

    def passed(self, message: str) -> None:
        """What the student reads when this check passes."""
        self.message = message

    def measure(self, name: str, value: float) -> None:
        """Note a number for the report."""
        self.measures[name] = float(value)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the checks said of one submission."""

    results: list[CheckResult] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)

    def outcome(self, check: str) -> Outcome | None:
        """The outcome of a check that has run already."""
        return next((one.outcome for one in self.results if one.id == check), None)


class Judging:
    """The checks of one lesson over many submissions, as a pytest plugin."""

    def __init__(
        self, submissions: Sequence[tuple[str, Evidence]], lesson: Lesson, settings: Settings
    ) -> None:
        self.judged = {name: Judged() for name, _ in submissions}
        self._submissions = dict(submissions)
        # Underlined, because pytest takes attributes of these names for the fixtures.
        self._lesson = lesson
        self._settings = settings
        self._cards = functools.cache(dataset.load_named)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Ask every check of every submission."""
        if "submission" in metafunc.fixturenames:
            metafunc.parametrize("submission", list(self._submissions), scope="session")

    @pytest.fixture
    def evidence(self, submission: str) -> Evidence:
        """The evidence of one submission."""
        return self._submissions[submission]

    @pytest.fixture
    def settings(self) -> Settings:
        """The course's settings."""
        return self._settings

    @pytest.fixture
    def lesson(self) -> Lesson:
        """The lesson that is judged."""
        return self._lesson

    @pytest.fixture
    def data(self, evidence: Evidence) -> FashionMnist:
        """The judge's own copy of the cards that the notebook was given."""
        return self._cards(evidence.run.data)

    @pytest.fixture
    def tell(self) -> Tell:
        """How a check that passes speaks."""
        return Tell()

    @pytest.fixture
    def so_far(self, submission: str) -> Judged:
        """What the earlier checks said of this submission."""
        return self.judged[submission]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Ask first whether there is anything to check, then keep what the check said."""
        if "submission" not in getattr(item, "fixturenames", ()):
            return (yield)
        name = item.funcargs["submission"]  # type: ignore[attr-defined]
        judged = self.judged[name]
        try:
            self._gate(item, judged, self._submissions[name])
            answer = yield
        except BaseException as error:
            judged.results.append(self._result(item, error))
            raise
        tell = item.funcargs.get("tell", Tell())  # type: ignore[attr-defined]
        judged.measures.update(tell.measures)
        judged.results.append(self._result(item, None, tell.message))
        return answer

    def _gate(self, item: pytest.Item, judged: Judged, evidence: Evidence) -> None:
        question = self._lesson.question(check_id(item).partition(".")[0])
        verdict = hindrance(evidence, self._lesson, question)
        if isinstance(verdict, Failed | Skipped) and any(
            one.question == question.name for one in judged.results
        ):
            raise Skipped("This could not be looked at: see the first message of this question.")
        if verdict:
            raise verdict
        for marker in item.iter_markers("requires"):
            for needed in marker.args:
                if judged.outcome(needed) not in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
                    raise Skipped(f"Looked at once “{_title(needed)}” is right.")

    def _result(
        self, item: pytest.Item, error: BaseException | None, message: str = ""
    ) -> CheckResult:
        points = next((float(one.args[0]) for one in item.iter_markers("points")), 0.0)
        check = check_id(item)
        verdict = as_verdict(error) if error else None
        outcome = OUTCOMES[type(verdict)] if verdict else Outcome.PASSED
        return CheckResult(
            id=check,
            question=check.partition(".")[0],
            outcome=outcome,
            points=points if outcome is Outcome.PASSED else 0.0,
            max_points=points,
            message=verdict.message if verdict else message or _first_line(item),
            help=verdict.help if verdict else "",
            misconception=verdict.misconception if verdict else None,
        )


def as_verdict(error: BaseException) -> Verdict:
    """An exception as what a check says; one that no check meant is never the student's fault."""
    if isinstance(error, Verdict):
        return error
    if isinstance(error, AssertionError):
        return Failed(str(error).partition("\n")[0] or "This is not right yet.")
    if isinstance(error, pytest.skip.Exception):
        return Skipped(str(error))
    if not isinstance(error, Exception):
        raise error
    return CannotTell(
        f"This check could not be carried out ({type(error).__name__}: {error})."
        " A person has to look at it."
    )


def check_id(item: pytest.Item) -> str:
    """``build.layers`` for ``test_layers`` in ``check_build.py``."""
    function = getattr(item, "originalname", item.name)
    return f"{item.path.stem.removeprefix('check_')}.{function.removeprefix('test_')}"


def _first_line(item: pytest.Item) -> str:
    text = getattr(item, "function", item).__doc__ or item.name
    return str(text).strip().partition("\n")[0]


def _title(check: str) -> str:
    return check.replace(".", ": ").replace("_", " ")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--evidence``."""
    parser.addoption(
        "--evidence",
        action="append",
        type=Path,
        default=[],
        help="folder with the evidence of one submission, or of many (may be repeated)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Know our markers, and judge the evidence that was named on the command line."""
    config.addinivalue_line("markers", "points(number): what this check is worth")
    config.addinivalue_line("markers", "requires(*checks): checks that must have passed before")
    if folders := config.getoption("--evidence", default=[]):
        config.addinivalue_line("python_files", "check_*.py")
        found = [one.parent for folder in folders for one in folder.rglob("evidence.json")]
        if not found:
            raise pytest.UsageError(f"There is no evidence.json under {folders[0]}.")
        submissions = [(folder.name, load(folder)) for folder in sorted(found)]
        lesson = load_lesson(submissions[0][1].run.lesson)
        config.pluginmanager.register(Judging(submissions, lesson, Settings()), "judging")
