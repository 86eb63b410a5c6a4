"""A check as a student meets it: a function that can say more."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, ParamSpec

if TYPE_CHECKING:
    from autograder.kernel.check_session import CheckSession

P = ParamSpec("P")


class Check(Generic[P]):
    """A check of the lesson. Afterwards ``hint()`` and ``why()`` say more about what it found."""

    # A student reads this in `check.build?`. How a check is declared: see `CheckSession.asks`.
    def __init__(self, session: CheckSession, declared: Callable[P, float | None]) -> None:
        functools.update_wrapper(self, declared)
        self._session = session
        self._question = declared.__name__
        self._signature = inspect.signature(declared)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> float | None:
        """Check your work: show what was found, and give the points."""
        claims = self._signature.bind(*args, **kwargs).arguments
        return self._session.check(self._question, **claims)

    def hint(self) -> None:
        """Show how to put right what is not right yet; call it again for the next hint."""
        self._session.hint(self._question)

    def why(self) -> None:
        """Show why the first thing that is not right yet matters."""
        self._session.why(self._question)

    def __repr__(self) -> str:
        names = ", ".join(self._signature.parameters)
        call = f"check.{self._question}"
        return f"‹{call}({names}) checks your work; {call}.hint() and {call}.why() say more›"
