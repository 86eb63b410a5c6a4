"""What a person decided, shown in the pages for students."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.core.atomic_write import write_atomic
from autograder.core.errors import writing
from autograder.reports import feedback
from autograder.review.decisions import Decisions
from autograder.review.groups import Group


def show_decisions(folder: Path, groups: Iterable[Group], decided: Decisions) -> None:
    """Put what was decided on these groups into the ``report.html`` of all who are in them.

    ``folder`` holds the results of the lesson.

    Raises:
        ResultsError: a page cannot be written.
    """
    wanted: dict[str, dict[str, str]] = {}
    for group in groups:
        mark = decided.mark(group)
        shown = feedback.decision(group.question, mark.comment, mark.score)
        for report in group.reports:
            wanted.setdefault(report.results_folder, {})[group.question.name] = shown
    for place, decisions in wanted.items():
        path = folder / place / "report.html"
        with writing():
            before = path.read_text(encoding="utf-8")
            page = feedback.with_decisions(before, decisions)
            if page != before:
                write_atomic(path, page.encode())
