"""A new lesson to begin with: one notebook, small, and it runs right away."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

import nbformat

from autograder.core.config import Course
from autograder.core.errors import CourseError, UsageError
from autograder.core.lesson import NO_LESSON
from autograder.core.lesson_registry import lesson_names

NOTEBOOK = Path(__file__).with_name("lesson.ipynb.txt")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TITLE = re.compile(r"[^\"\\\x00-\x1f]{1,100}")


def make(course: Course, name: str, title: str = "") -> Path:
    """Write the source notebook of a new lesson into a course; return its path.

    Raises:
        CourseError: this is no course, or the notebook is there already.
        UsageError: the name or the title cannot be used.
    """
    path = course.folder() / "source" / name / f"{name}.ipynb"
    title = title or name.replace("-", " ").title()
    _refuse(name, title)
    if path.exists():
        raise CourseError(f"{path.relative_to(course.folder())} is there already.")
    words = {"name": name, "module": name.replace("-", "_"), "title": title}
    text = Template(NOTEBOOK.read_text(encoding="utf-8")).substitute(words)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(nbformat.reads(text, as_version=4)) + "\n", encoding="utf-8")
    return path


def _refuse(name: str, title: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"“{name}” cannot be a lesson's name; one such as two-layers can.")
    if not TITLE.fullmatch(title):
        raise UsageError("A title is one line, without quotation marks and backslashes.")
    if name in (*lesson_names(), NO_LESSON.name):
        raise UsageError(f"There is a lesson “{name}” already.")
