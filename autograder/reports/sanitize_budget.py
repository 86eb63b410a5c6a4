"""Detect what the programs that show a notebook would take too long for, before they read it.

Their time grows with the square of the length of some texts. The limits are rough: what they let
through takes seconds at most, and the process that renders has limits of its own
(``limited_process``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from autograder.core.printable import plain

# bleach takes about a second for this many. A table of 60 rows and 20 columns has 2,500.
MAX_TAGS = 10_000
MAX_DEPTH = 100
# bleach compares each attribute of a tag with all before it.
HUGE_TAG = re.compile(r"<[a-zA-Z][^<>]{4000}")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Tags without content, and those that the next of their kind ends.
FLAT = frozenset(
    {
        *("br", "hr", "img", "p", "li", "dd", "dt"),
        *("thead", "tbody", "tfoot", "tr", "td", "th", "caption"),
    }
)
BRACKETS = re.compile(r"[(\[{]")
MAX_BRACKETS = 20
# nbconvert copies the rest of a text at each change of colour. The progress bars of a long training
# have some thousand changes in some hundred thousand characters.
MAX_COPIED = 2_000_000_000
COLOUR = "\x1b["


def is_too_much(markup: str, tags: Collection[str]) -> bool:
    """Return whether HTML has too many tags, too large ones, or ``tags`` nested too deeply."""
    if markup.count("<") > MAX_TAGS or HUGE_TAG.search(markup):
        return True
    within: Counter[str] = Counter()
    for end, tag in TAG.findall(markup):
        name = tag.lower()
        if name not in tags or name in FLAT:
            continue
        if not end:
            within[name] += 1
        elif within[name]:
            within[name] -= 1
        if within.total() > MAX_DEPTH:
            return True
    return False


def has_many_brackets(style: str) -> bool:
    """Return whether a style has more brackets than a colour or a length needs."""
    return len(BRACKETS.findall(style)) > MAX_BRACKETS


def coloured(text: str) -> str:
    """Return the text, without its colours if they change too often."""
    return plain(text) if text.count(COLOUR) * len(text) > MAX_COPIED else text
