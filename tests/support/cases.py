"""Cases of checks: a submission, and what the checks of its lesson should say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from autograder.core.config import Course
from autograder.core.evidence import Evidence
from autograder.core.lesson import Lesson
from autograder.core.report import CheckResult
from autograder.core.verdicts import Verdicts
from autograder.judge.judge_process import Judge
from autograder.judge.runner import judge


class Work(Protocol):
    """What a student did."""

    def evidence(self) -> Evidence:
        """The evidence that this leaves behind."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A submission, what one check should say of it, and what ``others`` should.

    A check that is not named should pass: one mistake gives one message.
    """

    work: Work
    check: str
    outcome: str = "passed"
    misconception: str | None = None
    says: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def fails(check: str, misconception: str | None, *says: str, **more: Any) -> Case:
    """A case in which a check fails with this misconception and these words."""
    return Case(check=check, outcome="failed", misconception=misconception, says=says, **more)


def judged(lesson: Lesson, cases: Mapping[str, Case | Work], **more: Any) -> dict[str, Verdicts]:
    """What the checks say of each submission, in one session."""
    works = {name: one.work if isinstance(one, Case) else one for name, one in cases.items()}
    return judge([(name, work.evidence()) for name, work in works.items()], lesson, **more)


def of(verdicts: Verdicts, check: str) -> CheckResult:
    """The result of one check."""
    return next(one for one in verdicts.checks if one.id == check)


def verify(case: Case, verdicts: Verdicts) -> None:
    """Compare what the checks said with what they should say."""
    expected = {one.id: "passed" for one in verdicts.checks}
    expected |= {case.check: case.outcome, **case.others}
    assert {one.id: str(one.outcome) for one in verdicts.checks} == expected
    result = of(verdicts, case.check)
    assert result.misconception == case.misconception
    for part in case.says:
        assert part in f"{result.message} {result.help}"
    for one in verdicts.checks:
        assert one.points == (one.max_points if one.outcome == "passed" else 0)
        assert one.message.endswith((".", "?"))
        assert one.outcome != "failed" or one.help.endswith((".", "?"))


def judge_in_process(
    folders: Mapping[Path, str], lesson: Lesson, course: Course
) -> dict[str, Verdicts | str]:
    """Judge as ``Judge.judge`` does, in a process for this call only."""
    with Judge(course) as official:
        return official.judge(folders, lesson)
