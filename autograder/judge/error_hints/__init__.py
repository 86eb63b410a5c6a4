"""One plain sentence for an error that Python or Keras words for experts.

It stands below the error's own traceback, never in its place.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.core import printable
from autograder.core.error_hint import ErrorFacts, ErrorHint
from autograder.judge.error_hints.keras import KERAS
from autograder.judge.error_hints.python import PYTHON

__all__ = ["ErrorFacts", "ErrorHint", "in_plain_words"]


def in_plain_words(
    ename: str, evalue: str, facts: ErrorFacts | None = None, own: Iterable[ErrorHint] = ()
) -> str | None:
    """One sentence for an error, ``None`` where there is nothing better to say than Python.

    Args:
        ename: the name of its class, as in ``NameError``.
        evalue: what it says.
        facts: what is known besides.
        own: the lesson's own rules, which are asked first.
    """
    said, known = printable.plain(evalue), facts or ErrorFacts()
    for rule in (*own, *KERAS, *PYTHON):
        if sentence := rule.of(ename, said, known):
            return sentence
    return None
