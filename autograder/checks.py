"""What a check may say, and what it may ask for besides ``evidence``.

A check is a pytest test in a file ``check_<question>.py``. Returning means *passed*; a ``Verdict``
ends it otherwise, and so does a plain ``assert`` (*failed*) or ``pytest.skip`` (*not applicable*).
Any other exception is the check's own fault: outcome *error*, for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from autograder.report import CheckResult, Outcome


class Verdict(Exception):
    """Ends a check with an outcome other than *passed*, in words for the student.

    ``message`` says what was found and what was expected, ``help`` what to do next, and
    ``misconception`` names what the student probably believes.
    """

    outcome: ClassVar[Outcome] = Outcome.ERROR

    def __init__(self, message: str, *, help: str = "", misconception: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
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
    """What the checks have said of one submission so far."""

    results: list[CheckResult] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)

    def outcome(self, check: str) -> Outcome | None:
        """The outcome of a check, ``None`` where it has not run."""
        return next((one.outcome for one in self.results if one.id == check), None)

    def failed(self, check: str) -> bool:
        """Whether a check failed, or could not even be looked at."""
        return self.outcome(check) in (Outcome.FAILED, Outcome.SKIPPED)
