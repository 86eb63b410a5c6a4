"""What a check shows, as HTML: made by the macros of ``cards.html``, so all text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autograder.core.lesson import Question
from autograder.core.report import CheckResult
from autograder.reports.templates import card

PICTURE = re.compile(
    r'src="data:image/png;base64,(?P<content>[A-Za-z0-9+/=]+)" data-figure="(?P<digest>\w+)"'
)


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


def picture(words: str, content: str, digest: str = "") -> str:
    """Return a PNG picture, given in base64, with ``words`` for those who cannot see it.

    ``digest`` is that of its figure, for :func:`pictures`.
    """
    return card("picture", words, content, digest)


def pictures(page: str) -> Iterator[tuple[str, str]]:
    """Yield the digests and contents of the pictures that :func:`picture` has put into a page."""
    for found in PICTURE.finditer(page):
        yield found["digest"], found["content"]
