"""A new lesson to begin with: small, and it runs right away."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import nbformat

from autograder import DISTRIBUTION
from autograder.core.config import Course
from autograder.core.errors import CourseError, UsageError
from autograder.core.lesson import NO_LESSON
from autograder.core.lesson_registry import FOLDER, lesson_folders, lesson_names

FILES = Path(__file__).parent / "files"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TITLE = re.compile(r"[^\"\\\x00-\x1f]{1,100}")
# What pip accepts in a list of dependencies; a file's path, for example, it does not.
ADDRESS = re.compile(r"[a-z+]+://\S+$")
# What is written into the folder of the lesson, from files of these names.
PARTS = {
    "__init__.py": "__init__.py",
    "lesson.py": "lesson.py",
    "check.py": "check.py",
    "checks/check_pixels.py": "check_pixels.py",
    "checks/check_neuron.py": "check_neuron.py",
}


def make(course: Course, name: str, title: str = "") -> list[Path]:
    """Write a new lesson into a course; return the paths of its files.

    Its program goes beside our own lessons where the package itself lies in the course, as in a
    clone, and otherwise into the course's ``lessons`` folder, which can be installed.

    Raises:
        CourseError: this is no course, or some of the files are there already.
        UsageError: the name or the title cannot be used.
    """
    root = course.folder()
    title = title or name.replace("-", " ").title()
    _refuse(name, title)
    files = dict(_files(root, name, title))
    if there := [path for path in files if path.exists()]:
        raise CourseError(f"{there[0].relative_to(root)} is there already.")
    files |= _packaging(root, course.settings.package)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _refuse(name: str, title: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"“{name}” cannot be a lesson's name; one such as two-layers can.")
    if not TITLE.fullmatch(title):
        raise UsageError("A title is one line, without quotation marks and backslashes.")
    if name in (*lesson_names(), NO_LESSON.name):
        raise UsageError(f"There is a lesson “{name}” already.")


def _files(root: Path, name: str, title: str) -> Iterator[tuple[Path, str]]:
    words = {"name": name, "module": name.replace("-", "_"), "title": title}
    folder = _lessons_folder(root) / words["module"]
    for target, part in PARTS.items():
        yield folder / target, _filled(part, words)
    yield root / "tests" / f"test_{words['module']}.py", _filled("test_lesson.py", words)
    notebook = nbformat.reads(_filled("source.ipynb", words), as_version=4)
    yield root / "source" / name / f"{name}.ipynb", nbformat.writes(notebook) + "\n"


def _packaging(root: Path, package: str) -> dict[Path, str]:
    """Return the files that make a course's lessons installable; written with the first lesson."""
    path = root / FOLDER / "pyproject.toml"
    if _lessons_folder(root) != path.parent or path.exists():
        return {}
    course = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "course"
    words = {"course": course, "package": course.replace("-", "_"), "distribution": DISTRIBUTION}
    words["needed"] = f'"{DISTRIBUTION} @ {package}"' if ADDRESS.match(package) else ""
    return {path: _filled("pyproject.toml", words)}


def _lessons_folder(root: Path) -> Path:
    own = lesson_folders()[0]
    return own if own.is_relative_to(root) else root / FOLDER


def _filled(part: str, words: dict[str, str]) -> str:
    return Template((FILES / f"{part}.txt").read_text(encoding="utf-8")).substitute(words)
