"""Reports as Markdown for GitHub's summary of a workflow."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from autograder.core import printable
from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.reports import phrases, sanitize


def summary(reports: Sequence[Report], lesson: Lesson) -> str:
    """Return everything the student sees for one submission, or a table for several."""
    if len(reports) == 1:
        return f"## {text(lesson.title)}\n\n{_one(reports[0], lesson)}"
    rows = [
        f"| {text(one.name)} | {_of(one.score, one.max_score)} | {text(one.first_message)} |"
        for one in reports
    ]
    head = ["| submission | points | first message |", "| --- | ---: | --- |"]
    return f"## {text(lesson.title)}\n\n" + "\n".join([*head, *rows]) + "\n"


def text(source: str) -> str:
    """Return text as one literal line, with what is between backticks as code."""
    parts = re.split(r"`([^`]+)`", printable.line(source))
    # A pipe would end the cell of a table, even inside code.
    return "".join(
        "`" + part.replace("|", "\\|") + "`" if is_code else sanitize.literal(part)
        for part, is_code in zip(parts, itertools.cycle((False, True)), strict=False)
    )


def _one(report: Report, lesson: Lesson) -> str:
    lines = [f"**{_of(report.score, report.max_score)} points**, {phrases.run_note(report)}.", ""]
    lines += [f"> {text(one)}" for one in phrases.remarks(report)]
    for question in lesson.questions:
        if results := report.of(question.name):
            lines += ["", f"### {text(question.title)}: {phrases.points(results)}", ""]
            for one in phrases.distinct_results(results):
                lines.append(f"- {phrases.LABELS[one.outcome]}: {text(one.message)}")
                lines += [f"  - {text(line)}" for line in phrases.details(one)]
    return "\n".join(lines) + "\n"


def _of(score: float, max_score: float) -> str:
    return f"{phrases.number(score)} of {phrases.number(max_score)}"
