"""The lessons: each a package with a ``lesson.py``, its checks and its rules."""

from autograder.core.lesson_registry import search_path

__path__ += search_path()
