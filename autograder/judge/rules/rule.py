"""A rule looks for one mistake in evidence and explains it in four hint levels."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Generic, ParamSpec

from autograder.core.verdicts import Failed, Verdict

P = ParamSpec("P")

# The help where manual review is needed.
OPEN = "These points stay open until the manual review."


class Rule(Generic[P]):
    """A function that looks for one mistake, and the names that it can give to that mistake.

    Calling it returns the ``Failed`` that it found, or ``None``. Where that says no misconception,
    it is the first name. Two rules may share a misconception that shows in two ways.
    """

    def __init__(self, misconceptions: tuple[str, ...], find: Callable[P, Failed | None]) -> None:
        functools.update_wrapper(self, find)
        self.misconceptions = misconceptions
        self._find = find

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Failed | None:
        """Look for the mistake.

        Raises:
            ValueError: it has a name that the decorator does not say.
        """
        found = self._find(*args, **kwargs)
        if found:
            found.misconception = found.misconception or self.misconceptions[0]
            if found.misconception not in self.misconceptions:
                raise ValueError(f"@rule does not say that it can name {found.misconception!r}")
        return found

    @property
    def meaning(self) -> str:
        """What the student did or believes, for instructors: the first line of the docstring."""
        return (inspect.getdoc(self._find) or "").partition("\n")[0]


def rule(misconception: str, *more: str) -> Callable[[Callable[P, Failed | None]], Rule[P]]:
    """Make a function a rule; its docstring says what the misconception means.

    A rule that can name several misconceptions says them all, and its ``Failed`` says which.
    """

    def decorate(find: Callable[P, Failed | None]) -> Rule[P]:
        return Rule((misconception, *more), find)

    return decorate


def raise_first(*found: Verdict | None) -> None:
    """Raise the first verdict that was found, if any; the root cause comes first.

    Raises:
        Verdict: the first that is not ``None``.
    """
    for verdict in found:
        if verdict:
            raise verdict
