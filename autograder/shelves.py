"""The folders in which lessons are found, besides the one that comes with this package."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from autograder.root import find_root

# Names folders, as PATH does.
VARIABLE = "AUTOGRADER_LESSONS"
# Entry points of this group name packages that were installed and hold lessons.
GROUP = "autograder.lessons"
# In a course.
FOLDER = "lessons"


def shelves(root: Path | None = None) -> list[str]:
    """The lessons of a course, those that are named, those installed.

    ``root`` is the course's folder; without it the course is the one that one stands in.
    """
    course = [root / FOLDER] if root else _of_the_course()
    return [*(str(path) for path in course if path.is_dir()), *shelves_outside()]


def shelves_outside() -> list[str]:
    """The lessons that are of no course: those that are named, those installed."""
    found = (str(path) for path in (*_named(), *_installed()) if path.is_dir())
    return list(dict.fromkeys(found))


def _of_the_course() -> Iterator[Path]:
    # The folder one stands in may be gone.
    with contextlib.suppress(OSError):
        if root := find_root(Path.cwd()):
            yield root / FOLDER


def _named() -> Iterator[Path]:
    return (Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name)


def _installed() -> Iterator[Path]:
    for point in entry_points(group=GROUP):
        # One that was installed badly is none; it is missing among the lessons.
        with contextlib.suppress(ImportError, ValueError):
            if spec := find_spec(point.value):
                yield from map(Path, spec.submodule_search_locations or ())
