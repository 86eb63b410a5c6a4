"""The matrix of mutants and questions: on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table

from autograder.lesson import Lesson
from autograder.mutants.judgement import Judgement, tally
from autograder.report import Outcome

SIGNS = {
    Outcome.FAILED: "✗",
    Outcome.ERROR: "?",
    Outcome.NOT_ATTEMPTED: "○",
    Outcome.SKIPPED: "–",
    Outcome.NOT_APPLICABLE: "/",
    Outcome.PASSED: "·",
}


def table(judgements: Sequence[Judgement], lesson: Lesson) -> Table:
    """A row for each mutant, a column for each question; what was expected instead behind a ←."""
    rows = Table()
    rows.add_column("Mutant", overflow="fold")
    for question in lesson.questions:
        rows.add_column(question.name, justify="center", no_wrap=True)
    rows.add_column("Named", overflow="fold")
    rows.add_column("Verdict", overflow="fold")
    for one in judgements:
        signs = (_sign(one, question.name) for question in lesson.questions)
        named = ", ".join(sorted({c.misconception for c in one.found if c.misconception}))
        verdict = f"{one.verdict} (known)" if one.known else one.verdict
        rows.add_row(one.name, *signs, named, verdict)
    return rows


def _sign(one: Judgement, question: str) -> str:
    found = [check for check in one.found if check.question == question]
    expected = [one.expected.outcomes(check.id)[0] for check in found]
    strange = any(check.outcome not in one.expected.outcomes(check.id) for check in found)
    sign = worst(check.outcome for check in found)
    return f"{sign} ← {worst(expected)}" if strange else sign


def worst(outcomes: Iterable[Outcome]) -> str:
    """The sign of the outcome that matters most among those of one question."""
    given = set(outcomes)
    return next((sign for outcome, sign in SIGNS.items() if outcome in given), " ")


def document(judgements: Sequence[Judgement], *, lesson: str) -> dict[str, Any]:
    """All of it as plain data."""
    found = tally(judgements)
    return {
        "schema": 1,
        "lesson": lesson,
        "wrong": found.wrong,
        "caught": found.caught,
        "mutants": [_plain(one) for one in judgements],
    }


def _plain(one: Judgement) -> dict[str, Any]:
    expected = one.expected
    return {
        "name": one.name,
        "kind": expected.kind,
        "verdict": one.verdict,
        "known": one.known,
        "deviations": one.deviations,
        "expected": {
            "failed": dict(expected.failed),
            "skipped": sorted(expected.skipped),
            "may_skip": sorted(expected.may_skip),
            "unclear": sorted(expected.unclear),
        },
        "found": [
            {
                "id": check.id,
                "outcome": str(check.outcome),
                "misconception": check.misconception,
                "message": check.message,
            }
            for check in one.found
        ],
    }
