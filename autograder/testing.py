"""Helpers for the tests of a lesson: evidence made by hand, and the verdicts of the checks on it.

Nothing is run and TensorFlow is not loaded, so hundreds of such tests take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.core.evidence import Answer, Cell, Claim, Evidence, Model, Record, Recorded, Run
from autograder.core.lesson import Lesson, Question
from autograder.core.report import CheckResult
from autograder.judge.runner import judge

Answers = Mapping[str, object]
NO_ANSWERS: Mapping[str, Answers] = {}


def evidence(lesson: Lesson, answers: Mapping[str, Answers] = NO_ANSWERS) -> Evidence:
    """Return the evidence of a notebook in which these questions were answered.

    Args:
        lesson: the lesson.
        answers: by the name of each question, the arguments of its check by name; a network is a
            ``Model`` as it would have been recorded. A question that is left out is blank.
    """
    given = tuple(_answer(one, answers.get(one.name)) for one in lesson.questions)
    cells = tuple(
        Cell(index=number, grade_id=one.name, status="ok", changed=one.name in answers)
        for number, one in enumerate(lesson.questions)
    )
    run = Run(lesson=lesson.name, data="sample")
    recorded = Recorded(answers=given)
    return Evidence(record=Record(run=run, cells=cells, recorded=recorded))


def _answer(question: Question, answers: Answers | None) -> Answer:
    if answers is None:
        blanks = {name: Claim(kind="Blank", blank=True) for name in question.leaves}
        return Answer(question=question.name, claims=blanks)
    models = [value for value in answers.values() if isinstance(value, Model)]
    return Answer(
        question=question.name,
        claims={name: _claim(value) for name, value in answers.items()},
        model=models[0] if models else None,
    )


def _claim(value: Any) -> Claim:
    if isinstance(value, Model):
        return Claim(kind=value.kind)
    plain = tuple(value) if isinstance(value, list) else value
    return Claim(kind=type(value).__name__, value=plain)


def said(lesson: Lesson, left: Evidence) -> dict[str, CheckResult]:
    """Return the result of each check on some evidence, by names such as ``build.layers``."""
    verdicts = judge([("submission", left)], lesson)["submission"]
    return {one.id: one for one in verdicts.checks}
