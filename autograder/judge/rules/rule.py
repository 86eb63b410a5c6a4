"""What a rule is: it looks for one mistake in evidence, and tells of it in four rungs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Generic, ParamSpec

from autograder.core.verdicts import Failed, Verdict

P = ParamSpec("P")

# What to say where only a person can tell.
OPEN = "These points stay open until a person has looked."


class Rule(Generic[P]):
    """A function that looks for one mistake, and the name of that mistake.

    Calling it gives the ``Failed`` that it found, with the name put on it, or ``None``. Two rules
    may tell of the same misconception where it shows in two ways.
    """

    def __init__(self, misconception: str, look: Callable[P, Failed | None]) -> None:
        functools.update_wrapper(self, look)
        self.misconception = misconception
        self._look = look

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Failed | None:
        """Look for the mistake."""
        found = self._look(*args, **kwargs)
        if found:
            found.misconception = self.misconception
        return found

    @property
    def meaning(self) -> str:
        """What was done or believed, for instructors: the first line of the docstring."""
        return (inspect.getdoc(self._look) or "").partition("\n")[0]


def rule(misconception: str) -> Callable[[Callable[P, Failed | None]], Rule[P]]:
    """Make a rule of a function whose docstring says what the misconception means."""

    def named(look: Callable[P, Failed | None]) -> Rule[P]:
        return Rule(misconception, look)

    return named


def raise_first(*found: Verdict | None) -> None:
    """End the check with the first thing that was found, if any: the root is named first.

    Raises:
        Verdict: what was found.
    """
    for verdict in found:
        if verdict:
            raise verdict
