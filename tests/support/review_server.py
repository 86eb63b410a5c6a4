"""The server of the page on which a class is reviewed, without a gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.core.config import Course
from autograder.core.lesson import Lesson
from autograder.review.decisions import Decisions
from autograder.review.groups import Group, find_groups, given_code
from autograder.review.server import Server
from autograder.review.session import Review


def review_server(folder: Path, lesson: Lesson, scores: list[dict[str, float | None]]) -> Server:
    """The server for the results in a folder; each change adds the new scores of its groups."""

    def give(decided: Decisions, changed: Sequence[Group]) -> list[str]:
        scores.append({one.id: decided.mark(one).score for one in changed})
        return []

    groups = find_groups(folder, lesson, Course())
    path = folder / "review" / "one.toml"
    review = Review(lesson=lesson, groups=groups, path=path, give=give)
    return Server(review=review, folder=folder, given_code=given_code(Course(), lesson))
