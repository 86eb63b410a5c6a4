"""The page of a submission in a browser: each outcome can be read, in light and in dark colours."""

from __future__ import annotations

from pathlib import Path

import looks
import pytest
from support import mini

from autograder.core.lesson_registry import load_lesson
from autograder.core.report import CheckResult, Outcome, Report
from autograder.reports import feedback
from autograder.reports.annotate import filled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = load_lesson("building-a-brain")


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    """A submission in which each question has another outcome, with its notebook below."""
    checks = tuple(
        CheckResult(
            id=f"{question.name}.one",
            question=question.name,
            outcome=outcome,
            points=question.points if outcome is Outcome.PASSED else 0,
            max_points=question.points,
            message=f"What was found, with `code` in it: {outcome}.",
            help="What to look at next.",
            why="Why it matters.",
            how="How to put it right.",
        )
        for question, outcome in zip(LESSON.questions, Outcome, strict=True)
    )
    report = Report(
        name="ada",
        notebook="mine.ipynb",
        lesson=LESSON.name,
        checks=checks,
        reason="the kernel died",
        notes=("The notebook had been renamed mine.ipynb.",),
    )
    path = tmp_path_factory.mktemp("pages") / "report.html"
    path.write_text(feedback.page(report, LESSON, filled(mini.submitted(), report, LESSON)))
    return path


@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_can_read_it(window, path: Path, pictures: Path, dark: bool, width: int) -> None:
    """axe-core finds nothing, and nothing is wider than the screen."""
    page = window.page(width=width, dark=dark)
    page.goto(path.as_uri())
    look = "dark" if dark else "light"
    page.screenshot(path=pictures / f"report-{look}-{width}.png")
    assert looks.findings(page, "html") == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()
