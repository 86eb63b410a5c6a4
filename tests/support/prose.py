"""Prose that students read: what is asked of it."""

from __future__ import annotations

import re

from autograder.core.report import CheckResult
from autograder.core.verdicts import Failed

# Words: more in a sentence, or more characters in a level of help, are hard to take in.
MAX_SENTENCE = 28
MAX_LEVEL = 340

# A call, an assignment or an index in backticks could be pasted.
CODE = re.compile(r"`[^`]*[(=\[][^`]*`")


def levels(one: CheckResult | Failed) -> tuple[str, str, str, str]:
    return one.message, one.help, one.why, one.how


def prose_is_plain(texts: tuple[str, ...]) -> None:
    for text in texts:
        assert text.endswith((".", "?", "!")), text
        assert text[0].isupper() or text[0] in "`0123456789", text
        assert len(text) <= MAX_LEVEL, text
        for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z`])", text):
            assert len(sentence.split()) <= MAX_SENTENCE, sentence
