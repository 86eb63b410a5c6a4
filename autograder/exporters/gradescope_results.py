"""A report in Gradescope's format: the ``results.json`` of an autograder.

The format is specified at https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

import json
from typing import Any

from autograder.core import printable
from autograder.core.lesson import Lesson, Question
from autograder.core.report import Report
from autograder.exporters.model import earned
from autograder.reports import phrases
from autograder.reports.annotate import points

TEXT = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}


def document(report: Report, lesson: Lesson, **extra: str) -> str:
    """Return the JSON text; Gradescope stores ``extra`` and does not show it."""
    return json.dumps(results(report, lesson, **extra), ensure_ascii=False, indent=2)


def results(report: Report, lesson: Lesson, **extra: str) -> dict[str, Any]:
    """Return the same as plain data: a test for each question, with the notebook's messages."""
    return {
        # Given explicitly, so that a submission that could not be read has a score too.
        "score": earned(report, lesson),
        "execution_time": round(report.seconds),
        "output": "\n".join(printable.plain(one) for one in phrases.remarks(report)),
        **TEXT,
        "stdout_visibility": "hidden",
        "extra_data": {"status": report.status, "needs_a_look": report.needs_review, **extra},
        "tests": [
            _test(report, question, number)
            for number, question in enumerate(lesson.questions, 1)
            if report.of(question.name)
        ],
    }


def _test(report: Report, question: Question, number: int) -> dict[str, Any]:
    found = report.of(question.name)
    score = round(points(question, found), 6)
    names = (one.for_student().misconception for one in found)
    return {
        "name": question.title,
        "number": str(number),
        "score": score,
        "max_score": question.points,
        "status": "passed" if score >= question.points else "failed",
        "output": printable.plain(phrases.answer(question, found)),
        "tags": list(dict.fromkeys(name for name in names if name)),
        "visibility": "visible",
    }
