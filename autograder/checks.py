"""What a check may say. A check is a pytest test over ``evidence``; returning means *passed*."""

from __future__ import annotations


class Verdict(Exception):
    """Ends a check with an outcome other than *passed*, in words for the student."""

    def __init__(self, message: str, *, help: str = "", misconception: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.misconception = misconception


class Failed(Verdict):
    """The work is not right: what was found, what was expected, and the next step."""


class NotAttempted(Verdict):
    """The blank is still blank."""


class Skipped(Verdict):
    """Something that this check builds on is not right yet, so it would tell nothing new."""


class NotApplicable(Verdict):
    """This cannot be judged on the machine where the notebook ran."""


class CannotTell(Verdict):
    """The evidence does not decide it; a person has to look. Never a failure."""
