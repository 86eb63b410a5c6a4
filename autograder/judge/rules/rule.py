"""A rule looks for one mistake in evidence and explains it in four hint levels."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Generic, ParamSpec

from autograder.core.verdicts import Failed, Verdict

P = ParamSpec("P")

# The help where manual review is needed.
OPEN = "These points stay open until a person has looked."


class Rule(Generic[P]):
    """A function that looks for one mistake, and the name of that mistake.

    Calling it returns the ``Failed`` that it found, with the name set, or ``None``. Two rules may
    share a misconception that shows in two ways.
    """

    def __init__(self, misconception: str, find: Callable[P, Failed | None]) -> None:
        functools.update_wrapper(self, find)
        self.misconception = misconception
        self._find = find

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Failed | None:
        """Look for the mistake."""
        found = self._find(*args, **kwargs)
        if found:
            found.misconception = self.misconception
        return found

    @property
    def meaning(self) -> str:
        """What the student did or believes, for instructors: the first line of the docstring."""
        return (inspect.getdoc(self._find) or "").partition("\n")[0]


def rule(misconception: str) -> Callable[[Callable[P, Failed | None]], Rule[P]]:
    """Make a rule of a function whose docstring says what the misconception means."""

    def named(find: Callable[P, Failed | None]) -> Rule[P]:
        return Rule(misconception, find)

    return named


def raise_first(*found: Verdict | None) -> None:
    """Raise the first verdict that was found, if any; the root cause comes first.

    Raises:
        Verdict: the first that is not ``None``.
    """
    for verdict in found:
        if verdict:
            raise verdict
