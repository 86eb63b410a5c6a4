"""Packages that an import does not find: misspelt, or missing where the notebook runs."""

from __future__ import annotations

import re

from autograder.core.error_hint import nearest
from autograder.judge.error_hints.vocabulary import IMPORTS

# The packages that are named in the lines that are often forgotten.
PACKAGES = frozenset({"keras", *(re.split(r"[ .]", line)[1] for line in IMPORTS.values())})
# Names that people give to packages and their parts; none of them can be imported.
ALIASES = frozenset(IMPORTS) - PACKAGES
MISSING = (
    r"^No module named '(?P<name>\w+)'",
    r"^(?P<name>\w+) is not installed",
    r"[Mm]issing optional dependency '(?P<name>\w+)'",
    r"pip install `?(?P<name>[\w-]+)",
    r"[Cc]ould not import (?P<name>\w+)",
)


def meant_package(name: str) -> str | None:
    """Return the package that was probably meant, ``None`` where none has a similar name."""
    meant = nearest(name, PACKAGES)
    # Others build on a package and have its name at the beginning of theirs.
    is_another = meant is not None and name.startswith(meant) and len(name) > len(meant) + 1
    return None if is_another or name in PACKAGES else meant


def missing_package(ename: str, evalue: str) -> str | None:
    """Return the package that was missing where a cell ran, ``None`` for any other error.

    A name that is misspelt is no missing package, nor is a part that a package does not have.
    """
    if ename not in ("ImportError", "ModuleNotFoundError") and "NotInstalled" not in ename:
        return None
    # What Keras no longer has, no package brings back.
    if "not supported in Keras" in evalue:
        return None
    for pattern in MISSING:
        if found := re.search(pattern, evalue):
            name = found["name"]
            return None if name in ALIASES or meant_package(name) else name
    return None
