"""A rule that knows one way to stumble, and what may be known besides the error itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

# How much of an error is quoted.
LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class ErrorFacts:
    """What is known besides the error.

    ``origins`` tells for a name of the lesson which cell makes it; ``names`` are those that can be
    used where the error was met, ``attributes`` those of the object that was asked for another.
    """

    origins: Mapping[str, str] = field(default_factory=dict)
    names: Collection[str] = ()
    attributes: Collection[str] = ()


Say = Callable[[Mapping[str, str], ErrorFacts], str | None]


@dataclass(frozen=True)
class ErrorHint:
    """An error of the class ``ename`` whose text has ``pattern`` somewhere.

    ``say`` is the sentence, with the pattern's named groups in braces; or makes one of them and of
    the facts, ``None`` where it has nothing to say after all.
    """

    ename: str
    pattern: str
    say: str | Say

    def of(self, ename: str, evalue: str, facts: ErrorFacts) -> str | None:
        """The sentence for an error, ``None`` where it is another one."""
        if not re.fullmatch(self.ename, ename):
            return None
        found = re.search(self.pattern, evalue, re.DOTALL)
        if found is None:
            return None
        groups = {name: (text or "")[:LONGEST] for name, text in found.groupdict().items()}
        return self.say.format(**groups) if isinstance(self.say, str) else self.say(groups, facts)


def nearest(word: str, words: Collection[str]) -> str | None:
    """The word that was probably meant, ``None`` where none is near."""
    by_small = {one.lower(): one for one in words if one != word}
    found = difflib.get_close_matches(word.lower(), by_small, n=1, cutoff=0.75)
    return by_small[found[0]] if found else None
