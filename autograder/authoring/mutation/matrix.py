"""The matrix of mutants and questions: on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from autograder.authoring.mutation.judgement import Judgement, tally
from autograder.authoring.spec.mutation import Expected
from autograder.core.lesson import Lesson
from autograder.core.report import Outcome

SYMBOLS = {
    Outcome.FAILED: "✗",
    Outcome.ERROR: "?",
    Outcome.NOT_ATTEMPTED: "○",
    Outcome.SKIPPED: "–",
    Outcome.NOT_APPLICABLE: "/",
    Outcome.PASSED: "·",
}
EITHER = "~"
KEY = "✗ fails, – is skipped, ~ is skipped or passes, ? cannot be told, · passes"


def table(judgements: Sequence[Judgement], lesson: Lesson) -> Table:
    """Return a row for each mutant: symbols for the questions as expected, then as found."""
    questions = ", ".join(question.name for question in lesson.questions)
    rows = Table(box=SIMPLE, pad_edge=False, caption=f"The signs: {questions}. {KEY}.")
    rows.add_column("Mutant", overflow="fold")
    rows.add_column("Expected", no_wrap=True)
    rows.add_column("Found", no_wrap=True)
    rows.add_column("Named", overflow="fold")
    for one in judgements:
        named = ", ".join(sorted({c.misconception for c in one.results if c.misconception}))
        expected = " ".join(expected_symbol(one.expected, q.name) for q in lesson.questions)
        found = " ".join(_found_symbol(one, q.name) for q in lesson.questions)
        style = "bold yellow" if one.deviations else ""
        rows.add_row(one.name, expected, found, named, style=style)
    return rows


def expected_symbol(expected: Expected, question: str) -> str:
    """Return what is expected of one question, as one symbol."""
    own = [check for check in expected.checks if check.partition(".")[0] == question]
    outcomes = {outcome for check in own for outcome in expected.outcomes(check)}
    return EITHER if outcomes == {Outcome.PASSED, Outcome.SKIPPED} else _worst(outcomes)


def _found_symbol(one: Judgement, question: str) -> str:
    return _worst({check.outcome for check in one.results if check.question == question})


def _worst(outcomes: Collection[Outcome]) -> str:
    """Return the symbol of the outcome that matters most."""
    symbols = (symbol for outcome, symbol in SYMBOLS.items() if outcome in outcomes)
    return next(symbols, SYMBOLS[Outcome.PASSED])


def document(judgements: Sequence[Judgement], *, lesson: str) -> dict[str, Any]:
    """Return the matrix as plain data."""
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
            for check in one.results
        ],
    }
