"""The ladder of help for one question: what, then why and how, a rung at a time."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.lesson import Question
from autograder.core.progress import SETTLED
from autograder.core.report import CheckResult, Outcome
from autograder.reports import phrases


class Ladder:
    """What can still be said of a question, as its check saw it last (``None``: not yet)."""

    def __init__(self, question: Question, results: Sequence[CheckResult] | None = None) -> None:
        self._question = question
        self._checked = results is not None
        open_ = [
            one for one in phrases.distinct_results(results or ()) if one.outcome not in SETTLED
        ]
        # What only waits for another one needs no help of its own.
        first = [one for one in open_ if one.outcome is not Outcome.SKIPPED]
        self._open = first or open_
        self._climbed = 0

    @property
    def is_open(self) -> bool:
        """Whether something is not right yet, so that there is a rung to climb."""
        return bool(self._open)

    def why(self) -> str:
        """Why the first thing that is not right yet matters."""
        if not self._open:
            return self._nothing()
        first = self._open[0]
        return first.why or f"There is no more to say about it than this: {first.message}"

    def hint(self) -> str:
        """How to put right the first thing that is not; asked again, the next, and so on."""
        if not self._open:
            return self._nothing()
        place = self._climbed % len(self._open)
        self._climbed += 1
        number = f"Hint {place + 1} of {len(self._open)}. " if self._open[1:] else ""
        one = self._open[place]
        return f"{number}{one.how or one.help or one.message}"

    def _nothing(self) -> str:
        if self._checked:
            return "Everything here is right. There is nothing to mend."
        return (
            f"This was not checked yet. Run the cell below your work, the one with"
            f" `check.{self._question.name}(…)`, and ask again."
        )
