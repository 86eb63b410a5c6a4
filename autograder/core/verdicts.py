"""What a check may say, and what it may ask for besides ``evidence``.

A check is a pytest test in a file ``check_<question>.py``. Returning means *passed*; a ``Verdict``
ends it otherwise, and so does a plain ``assert`` (*failed*) or ``pytest.skip`` (*not applicable*).
Any other exception is the check's own fault: outcome *error*, for a person to look at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

from autograder.core.report import CheckResult, Outcome, Standing


class Verdict(Exception):
    """Ends a check with an outcome other than *passed*, in words for the student.

    What helps is a ladder, told rung by rung: ``message`` says what was found and what was
    expected, ``help`` what to look at next; on request ``why`` says why it matters, and ``how``
    how to put it right. ``misconception`` names what the student probably believes.
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
    """Something that this check builds on is not right yet, so it would tell nothing new."""

    outcome = Outcome.SKIPPED


class NotApplicable(Verdict):
    """The machine where the notebook ran does not allow to judge it."""

    outcome = Outcome.NOT_APPLICABLE


class CannotTell(Verdict):
    """The evidence does not decide it; a person has to look. Never a failure."""

    outcome = Outcome.ERROR


@dataclass
class Tell:
    """How a check speaks besides its verdict: a sentence where it passes, numbers, a standing."""

    message: str = ""
    more: str = ""
    measures: dict[str, float] = field(default_factory=dict)
    standing: Standing | None = None

    def passed(self, message: str, more: str = "") -> None:
        """What the student reads when this check passes, and one thing ``more`` to know."""
        self.message = message
        self.more = more

    def stands(self, standing: Standing) -> None:
        """Where the student stands among right solutions, whether the check passes or not.

        What is not a finite number stands nowhere, and no report could hold it.
        """
        if math.isfinite(standing.value):
            self.standing = standing

    def measure(self, name: str, value: float) -> None:
        """Note a number for the report, which holds finite ones only."""
        if math.isfinite(value):
            self.measures[name] = float(value)


@dataclass(frozen=True, kw_only=True)
class PriorResults:
    """What the checks have said of one submission so far."""

    results: list[CheckResult] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)

    def outcome(self, check: str) -> Outcome | None:
        """The outcome of a check, ``None`` where it has not run."""
        return next((one.outcome for one in self.results if one.id == check), None)

    def failed(self, check: str) -> bool:
        """Whether a check failed, or could not even be looked at."""
        return self.outcome(check) in (Outcome.FAILED, Outcome.SKIPPED)
