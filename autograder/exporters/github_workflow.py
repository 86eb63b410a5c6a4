"""A workflow for the repositories of students on GitHub."""

from __future__ import annotations

from pathlib import Path

from autograder.core.lesson import Lesson


def workflow(lesson: Lesson) -> str:
    """Return the text of a file for ``.github/workflows/``.

    The instructor has to fill in the address of the package.
    """
    text = (Path(__file__).parent / "workflow.yml").read_text(encoding="utf-8")
    return text.replace("@NOTEBOOK@", lesson.notebook).replace("@LESSON@", lesson.name)
