"""The hints for one question: how to correct it and why it matters, one at a time."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.lesson import Question
from autograder.core.progress import SETTLED
from autograder.core.report import CheckResult, Outcome
from autograder.reports import phrases


class Hints:
    """The hints for a question, given its latest results (``None``: not checked yet)."""

    def __init__(self, question: Question, results: Sequence[CheckResult] | None = None) -> None:
        self._question = question
        self._checked = results is not None
        distinct = phrases.distinct_results(results or ())
        open_ = [one for one in distinct if one.outcome not in SETTLED]
        # What only waits for another one needs no help of its own.
        first = [one for one in open_ if one.outcome is not Outcome.SKIPPED]
        self._open = first or open_[:1]
        self._facts = [one.why for one in distinct if one.why]
        self._shown = 0

    @property
    def is_open(self) -> bool:
        """Whether something is not right yet, so that there is a hint to show."""
        return bool(self._open)

    def why(self) -> str:
        """Say why the first thing that is not right yet matters."""
        if not self._open:
            return self._nothing(" ".join(self._facts))
        first = self._open[0]
        if not first.why:
            return f"There is no further reason. What was found: {first.message}"
        return first.why

    def hint(self) -> str:
        """Say how to correct the first thing that is not right; the next call says the next one."""
        if not self._open:
            return self._nothing()
        index = self._shown % len(self._open)
        self._shown += 1
        number = f"Hint {index + 1} of {len(self._open)}. " if self._open[1:] else ""
        one = self._open[index]
        return f"{number}{one.how or one.help or one.message}"

    def _nothing(self, more: str = "") -> str:
        if self._checked:
            return f"Everything here is right. {more}".rstrip()
        return (
            f"This was not checked yet. Run the cell below your work, the one with"
            f" `check.{self._question.name}(…)`, and ask again."
        )
