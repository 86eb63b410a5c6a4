"""A folder with a lesson that tests have made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder import lessons
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson


def found_lesson(name: str, package: str, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The lesson of this name and package in the folder, found like any other by this test."""
    monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(shelf)])
    for one in [one for one in sys.modules if one.startswith(package)]:
        monkeypatch.delitem(sys.modules, one)
    return load_lesson(name)
