"""An error hint: it recognises one error, given what is known besides the error itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

# Of a quoted error, in characters.
LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class ErrorFacts:
    """What is known besides the error.

    ``origins`` maps a name of the lesson to the cell that defines it; ``names`` are those that are
    defined where the error occurred, ``attributes`` those of the object that lacks one.
    """

    origins: Mapping[str, str] = field(default_factory=dict)
    names: Collection[str] = ()
    attributes: Collection[str] = ()


Say = Callable[[Mapping[str, str], ErrorFacts], str | None]
# For each class of errors a sentence for each pattern of their texts; the first that fits.
Sentences = Mapping[str, Mapping[str, str | Say]]


@dataclass(frozen=True)
class ErrorHint:
    """An error of the class ``ename`` whose text has ``pattern`` somewhere.

    ``say`` is the sentence, with the pattern's named groups in braces, or a function that makes it
    from the groups and the facts and returns ``None`` where the hint does not apply after all.
    """

    ename: str
    pattern: str
    say: str | Say

    def of(self, ename: str, evalue: str, facts: ErrorFacts) -> str | None:
        """Return the sentence for an error, ``None`` where the error is a different one."""
        if not re.fullmatch(self.ename, ename):
            return None
        found = re.search(self.pattern, evalue, re.DOTALL)
        if found is None:
            return None
        groups = {name: (text or "")[:LONGEST] for name, text in found.groupdict().items()}
        return self.say.format(**groups) if isinstance(self.say, str) else self.say(groups, facts)


def hints(sentences: Sentences) -> tuple[ErrorHint, ...]:
    """Return the hints of a table, in its order."""
    return tuple(
        ErrorHint(ename, pattern, say)
        for ename, by_pattern in sentences.items()
        for pattern, say in by_pattern.items()
    )


def nearest(word: str, words: Collection[str]) -> str | None:
    """Return the word that was probably meant, ``None`` where no word is similar."""
    by_small = {one.lower(): one for one in words if one != word}
    found = difflib.get_close_matches(word.lower(), by_small, n=1, cutoff=0.75)
    return by_small[found[0]] if found else None
