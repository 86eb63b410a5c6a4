"""One plain sentence for an error that Python or Keras words for experts.

It is shown below the error's own traceback, never in its place.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.core import printable
from autograder.core.error_hint import ErrorFacts, ErrorHint
from autograder.judge.error_hints.keras import KERAS
from autograder.judge.error_hints.outdated import OUTDATED
from autograder.judge.error_hints.python import PYTHON

__all__ = ["ErrorFacts", "ErrorHint", "hint_for"]


def hint_for(
    ename: str, evalue: str, facts: ErrorFacts | None = None, lesson_hints: Iterable[ErrorHint] = ()
) -> str | None:
    """Return one sentence for an error, ``None`` where no hint applies.

    Args:
        ename: the name of the exception's class, as in ``NameError``.
        evalue: its message.
        facts: what else is known.
        lesson_hints: the lesson's own hints, which are tried first.
    """
    message, known = printable.plain(evalue), facts or ErrorFacts()
    for rule in (*lesson_hints, *OUTDATED, *KERAS, *PYTHON):
        if sentence := rule.of(ename, message, known):
            return sentence
    return None
