"""All lessons, and the folders that contain them.

Each is a package under ``autograder.lessons``, a package with several folders.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from autograder.core.course_root import find_root
from autograder.core.errors import LessonError, UsageError
from autograder.core.lesson import NO_LESSON, Lesson

# Loaded by its name: the engine imports no lesson.
PACKAGE = "autograder.lessons"
# Names folders, as PATH does.
VARIABLE = "AUTOGRADER_LESSONS"
# Entry points of this group name packages that were installed and hold lessons.
GROUP = "autograder.lessons"
# In a course.
FOLDER = "lessons"


def load_lesson(name: str) -> Lesson:
    """Load the lesson of this name, which is the name of its package with hyphens.

    Raises:
        LessonError: there is no such lesson, or it cannot be loaded.
    """
    if name == NO_LESSON.name:
        return NO_LESSON
    if name not in lesson_names():
        raise LessonError(f"There is no lesson “{name}”. There are: {', '.join(lesson_names())}.")
    try:
        module = importlib.import_module(f"{PACKAGE}.{name.replace('-', '_')}.lesson")
        lesson: Lesson = module.LESSON
    # It is a program, perhaps an unfinished one.
    except Exception as error:
        raise LessonError(f"The lesson “{name}” cannot be loaded: {error!r}.") from error
    return lesson


def lesson_module(lesson: Lesson, name: str) -> ModuleType | None:
    """Import a module of a lesson's package; return ``None`` where there is none of this name."""
    module = f"{PACKAGE}.{lesson.folder.name}.{name}"
    return importlib.import_module(module) if find_spec(module) else None


def search_lessons_in(folders: Sequence[str]) -> bool:
    """Search these folders for lessons besides our own; return whether that changes anything."""
    path = _package().__path__
    before = path[1:]
    path[1:] = folders
    return before != path[1:]


def lesson_names() -> tuple[str, ...]:
    """Return the names of all lessons, sorted."""
    found = (path for folder in lesson_folders() for path in folder.glob("*/lesson.py"))
    return tuple(sorted({lesson_name(path.parent) for path in found}))


def lesson_name(folder: Path) -> str:
    """Return the name of the lesson whose package is this folder."""
    return folder.name.replace("_", "-")


def lesson_folders() -> tuple[Path, ...]:
    """Return the folders that contain lessons, our own first."""
    return tuple(Path(folder) for folder in _package().__path__)


def package_folder(root: Path, name: str) -> Path:
    """Return where a course has the package of a lesson that is written in it.

    That is beside our own lessons where these lie in the course, as in a clone.
    """
    own = lesson_folders()[0]
    return (own if own.is_relative_to(root) else root / FOLDER) / name.replace("-", "_")


def forget(name: str) -> None:
    """Forget what was imported of a lesson whose files have changed."""
    module = f"{PACKAGE}.{name.replace('-', '_')}"
    for one in [one for one in sys.modules if one == module or one.startswith(f"{module}.")]:
        del sys.modules[one]
    importlib.invalidate_caches()


def search_path_variables() -> dict[str, str]:
    """Return the environment variable with which another process finds the same lessons."""
    others = [str(folder.resolve()) for folder in lesson_folders()[1:]]
    return {VARIABLE: os.pathsep.join(others)}


def only_lesson(having: Iterable[Lesson], what: str) -> Lesson:
    """Return the only lesson that can be meant if none is named.

    Raises:
        UsageError: several lessons, or none, have ``what`` is needed.
    """
    found = list(having)
    if len(found) != 1:
        names = ", ".join(lesson.name for lesson in found) or f"none has {what}"
        raise UsageError(f"Which lesson? Name one with --lesson: {names}.")
    return found[0]


def named_lesson(name: str) -> Lesson | None:
    """Return the lesson of this name, ``None`` where there is none."""
    return load_lesson(name) if name in lesson_names() else None


def guess_lesson(grade_ids: Iterable[str]) -> Lesson | None:
    """Return the lesson that shares the most ``grade_id`` with a notebook.

    ``None`` where no lesson shares any, or where several share equally many.
    """
    present = set(grade_ids)
    shared = {
        name: sum(one.grade_id in present for one in load_lesson(name).questions)
        for name in lesson_names()
    }
    most = max(shared.values(), default=0)
    best = [name for name, count in shared.items() if count == most]
    return load_lesson(best[0]) if most and len(best) == 1 else None


def _package() -> ModuleType:
    return importlib.import_module(PACKAGE)


def search_path(root: Path | None = None) -> list[str]:
    """Return the folders with the lessons of a course, those in the environment, those installed.

    ``root`` is the course's folder, by default that of the working directory.
    """
    course = [root / FOLDER] if root else _of_the_course()
    return [*(str(path) for path in course if path.is_dir()), *search_path_outside_courses()]


def search_path_outside_courses() -> list[str]:
    """Return the lesson folders of no course: those in the environment, those installed."""
    found = (str(path) for path in (*_named(), *_installed()) if path.is_dir())
    return list(dict.fromkeys(found))


def _of_the_course() -> Iterator[Path]:
    # The working directory may be gone.
    with contextlib.suppress(OSError):
        if root := find_root(Path.cwd()):
            yield root / FOLDER


def _named() -> Iterator[Path]:
    return (Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name)


def _installed() -> Iterator[Path]:
    for point in entry_points(group=GROUP):
        # A broken installation is skipped: its lessons are missing.
        with contextlib.suppress(ImportError, ValueError):
            if spec := find_spec(point.value):
                yield from map(Path, spec.submodule_search_locations or ())
