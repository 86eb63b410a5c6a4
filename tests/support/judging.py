"""The judge's process, for one call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from autograder.core.config import Course
from autograder.core.lesson import Lesson
from autograder.core.verdicts import Verdicts
from autograder.judge.judge_process import Judge


def judge_in_process(
    folders: Mapping[Path, str], lesson: Lesson, course: Course
) -> dict[str, Verdicts | str]:
    """Judge as ``Judge.judge`` does, in a process for this call only."""
    with Judge(course) as official:
        return official.judge(folders, lesson)
