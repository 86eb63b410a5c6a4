"""What a check shows, as HTML: made by the macros of ``cards.html``, so all text is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.lesson import Question
from autograder.core.report import CheckResult
from autograder.reports.templates import card


def notice(message: str) -> str:
    """Return one friendly line."""
    return card("notice", message)


def answer(
    question: Question,
    results: Sequence[CheckResult],
    *,
    so_far: str = "",
    footer: Sequence[str] = (),
) -> str:
    """Return the results of one question as a small box.

    ``so_far`` follows the points, ``footer`` are the last lines.
    """
    return card("answer", question, results, so_far, footer)


def hint(question: Question, what: str, words: str) -> str:
    """Return more about a question, as a small box; ``what`` names it."""
    return card("hint", question.title, what, words)


def picture(words: str, content: str) -> str:
    """Return a PNG picture, given in base64, with ``words`` for those who cannot see it."""
    return card("picture", words, content)
