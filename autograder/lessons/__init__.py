"""The lessons: each a package with a ``lesson.py``, its checks and its words."""
