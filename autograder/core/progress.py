"""Where a student stands in a lesson, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult, Outcome

SETTLED = (Outcome.PASSED, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The results of all checks of a lesson so far.

    ``measures`` are the numbers that checks recorded; ``accuracy`` and its ``threshold`` are drawn.
    ``doubts`` are sentences on what may differ when the notebook is run from the top.
    """

    lesson: Lesson
    results: tuple[CheckResult, ...]
    measures: Mapping[str, float] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    def of(self, question: Question) -> tuple[CheckResult, ...]:
        """Return the results of one question's checks."""
        return tuple(one for one in self.results if one.question == question.name)

    @property
    def next_step(self) -> str:
        """One sentence on what to do next: the first question that is not right yet."""
        for question in self.lesson.questions:
            for one in self.of(question):
                if one.outcome not in SETTLED:
                    return f"Next: “{question.title}”. {one.help or one.message}"
        if self.doubts:
            return "Every question is right here; see the note below."
        return (
            "Every question is right. Restart the kernel and run all cells again. If they are"
            " still right, save the notebook and hand it in."
        )
