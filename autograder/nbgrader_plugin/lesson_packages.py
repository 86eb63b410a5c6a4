"""The packages of the lessons that a course writes in one notebook: made beside its settings."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Template

import nbformat
from nbformat import NotebookNode

from autograder import DISTRIBUTION
from autograder.core import repository
from autograder.core.atomic_write import write_atomic
from autograder.core.config import Course
from autograder.core.errors import CourseError, LessonError
from autograder.core.lesson_registry import (
    FOLDER,
    forget,
    package_folder,
    search_lessons_in,
    search_path,
)
from autograder.notebooks.authored import is_authored, read_lesson
from autograder.notebooks.lesson_package import GENERATED, package_of, source_line

# What pip accepts in a list of dependencies; a file's path, for example, it does not.
ADDRESS = re.compile(r"[a-z+]+://\S+$")
PACKAGING = Path(__file__).with_name("lessons.toml")


def authored(root: Path) -> Iterator[str]:
    """Yield the names of the lessons that are written in one notebook of ``source/``.

    Raises:
        CourseError: a notebook cannot be read.
    """
    for path in sorted((root / "source").glob("*/*.ipynb")):
        if path.stem == path.parent.name and is_authored(_read(path)):
            yield path.stem


def write(course: Course, name: str) -> bool:
    """Make the package of a lesson, try to import it, and return whether a file was changed.

    Modules that the author wrote beside the generated ones stay.

    Raises:
        LessonError: the notebook holds no whole lesson, or its package cannot be imported.
        CourseError: a file is in the way that was not generated.
    """
    root = course.folder()
    folder, expected = package_folder(root, name), _expected(root, name)
    for path in (folder / one for one in expected):
        if path.exists() and not _is_generated(path):
            raise CourseError(
                f"{path.relative_to(root)} was not made from source/{name}/{name}.ipynb:"
                " remove it, or give the lesson another name."
            )
    changed = False
    for path in _too_many(folder, expected):
        path.unlink()
        changed = True
    packaging = folder.parent / "pyproject.toml"
    if folder.parent == root / FOLDER and not packaging.exists():
        packaging.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(packaging, _packaging(course).encode())
    for part, text in expected.items():
        path = folder / part
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, text.encode())
            changed = True
    search_lessons_in(search_path(root))
    if changed:
        forget(name)
    _import(name, folder, expected)
    return changed


def differences(root: Path, name: str) -> list[str]:
    """List what in the package of a lesson is not what its notebook makes; write nothing.

    Raises:
        LessonError: the notebook holds no whole lesson.
    """
    folder, expected = package_folder(root, name), _expected(root, name)
    found = []
    for part, text in expected.items():
        shown = (folder / part).relative_to(root)
        if not (folder / part).is_file():
            found.append(f"{shown} is missing.")
        elif (folder / part).read_bytes() != text.encode():
            found.append(f"{shown} is not what source/{name}/{name}.ipynb makes.")
    return found + [
        f"{path.relative_to(root)} does not come from the source."
        for path in _too_many(folder, expected)
    ]


def _expected(root: Path, name: str) -> dict[str, str]:
    return package_of(read_lesson(_read(root / "source" / name / f"{name}.ipynb"), name))


def _read(path: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from error
    return notebook


def _too_many(folder: Path, expected: dict[str, str]) -> list[Path]:
    """Return files that were generated once and are no longer."""
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if path.relative_to(folder).as_posix() not in expected and _is_generated(path)
    ]


def _is_generated(path: Path) -> bool:
    return path.read_text(encoding="utf-8", errors="replace").startswith(GENERATED)


def _import(name: str, folder: Path, expected: dict[str, str]) -> None:
    """Import every module, so that an error is found now and named where it is written."""
    package = f"autograder.lessons.{folder.name}"
    for part in sorted(expected, key=lambda part: part != "lesson.py"):
        # The kernel alone imports what records; a test is run by pytest.
        if part in ("__init__.py", "check.py") or part.startswith("tests/"):
            continue
        module = part.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        try:
            import_module(f"{package}.{module}")
        # It is a program: it may raise anything.
        except Exception as error:
            forget(name)
            where = _where(error, name, folder) or f"{name}.ipynb"
            raise LessonError(f"{where}: {type(error).__name__}: {error}.") from error


def _where(error: Exception, name: str, folder: Path) -> str | None:
    """Return the cell and the line in which an import went wrong."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(folder) and frame.lineno:
            return source_line(path.read_text(encoding="utf-8"), frame.lineno, name)
    return None


def _packaging(course: Course) -> str:
    """Return what makes a course's lessons installable; written with the first of them."""
    root, package = course.folder(), course.settings.package or repository.pip_address()
    distribution = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "course"
    return Template(PACKAGING.read_text(encoding="utf-8")).substitute(
        course=distribution,
        package=distribution.replace("-", "_"),
        distribution=DISTRIBUTION,
        needed=f'"{DISTRIBUTION} @ {package}"' if ADDRESS.match(package) else "",
    )
