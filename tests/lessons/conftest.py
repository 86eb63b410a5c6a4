"""What every test module with cases of a lesson's checks needs."""

from __future__ import annotations

import pytest
from support.cases import judged

from autograder.core.lesson_registry import load_lesson
from autograder.core.verdicts import Verdicts


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest) -> dict[str, Verdicts]:
    """What the checks say of a module's cases, in one session."""
    cases = request.module.CASES
    lesson = next(iter(cases.values())).work.evidence().record.run.lesson
    return judged(load_lesson(lesson), cases)
