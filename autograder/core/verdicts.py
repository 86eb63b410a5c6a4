"""The verdicts of checks, and the fixtures that a check may use besides ``evidence``.

A check is a pytest test in a file ``check_<question>.py``. Returning means *passed*; a ``Verdict``
ends it otherwise, and so does a plain ``assert`` (*failed*) or ``pytest.skip`` (*not applicable*).
Any other exception is the check's own fault: outcome *error*, which needs manual review.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

from autograder.core.report import CheckResult, Outcome, Standing


class Verdict(Exception):
    """Ends a check with an outcome other than *passed*, in words for the student.

    The hint levels are shown one by one: ``message`` says what was found and what was expected,
    ``help`` what to look at next; on request ``why`` says why it matters, and ``how`` how to fix
    it. ``misconception`` names what the student probably believes.
    """

    outcome: ClassVar[Outcome] = Outcome.ERROR

    def __init__(
        self,
        message: str,
        *,
        help: str = "",
        why: str = "",
        how: str = "",
        misconception: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.why = why
        self.how = how
        self.misconception = misconception


class Failed(Verdict):
    """The work is not right: what was found, what was expected, and the next step."""

    outcome = Outcome.FAILED


class NotAttempted(Verdict):
    """The blank is still blank."""

    outcome = Outcome.NOT_ATTEMPTED


class Skipped(Verdict):
    """Something that this check builds on is not right yet, so its result would be nothing new."""

    outcome = Outcome.SKIPPED


class NotApplicable(Verdict):
    """It cannot be judged on the machine where the notebook ran."""

    outcome = Outcome.NOT_APPLICABLE


class CannotTell(Verdict):
    """The evidence does not decide it; it needs manual review. Never a failure."""

    outcome = Outcome.ERROR


@dataclass
class Tell:
    """What a check reports besides its verdict: a sentence if it passes, numbers, a standing."""

    message: str = ""
    more: str = ""
    measures: dict[str, float] = field(default_factory=dict)
    standing: Standing | None = None

    def passed(self, message: str, more: str = "") -> None:
        """Set what the student reads when this check passes, and one more fact to know."""
        self.message = message
        self.more = more

    def stands(self, standing: Standing) -> None:
        """Set where the student stands among right solutions, whether the check passes or not.

        A value that is not finite is ignored: no report could hold it.
        """
        if math.isfinite(standing.value):
            self.standing = standing

    def measure(self, name: str, value: float) -> None:
        """Record a number for the report; one that is not finite is ignored."""
        if math.isfinite(value):
            self.measures[name] = float(value)


@dataclass(frozen=True)
class Verdicts:
    """The results of the judge for one submission."""

    checks: tuple[CheckResult, ...]
    measures: dict[str, float]

    def of(self, question: str) -> tuple[CheckResult, ...]:
        """Return the results of one question's checks."""
        return tuple(one for one in self.checks if one.question == question)


@dataclass(frozen=True, kw_only=True)
class PriorResults:
    """The results of one submission's checks so far."""

    results: list[CheckResult] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)

    def outcome(self, check: str) -> Outcome | None:
        """Return the outcome of a check, ``None`` where it has not run."""
        return next((one.outcome for one in self.results if one.id == check), None)

    @property
    def misconceptions(self) -> frozenset[str]:
        """The misconceptions that were named so far."""
        return frozenset(one.misconception for one in self.results if one.misconception)

    @property
    def failed_questions(self) -> set[str]:
        """The questions of which a check has failed so far."""
        return {one.question for one in self.results if one.outcome is Outcome.FAILED}

    def failed(self, check: str) -> bool:
        """Return whether a check failed or was skipped."""
        return self.outcome(check) in (Outcome.FAILED, Outcome.SKIPPED)
