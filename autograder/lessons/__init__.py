"""The lessons: each a package with a ``lesson.py``, its checks and its words."""

from autograder.shelves import shelves

__path__ += shelves()
