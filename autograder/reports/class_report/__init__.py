"""The page of a class, made from reports: one file that loads nothing from elsewhere.

It works without its script too; the script sorts, searches and filters the table.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from autograder.core import printable
from autograder.core.lesson import Lesson
from autograder.core.report import Report
from autograder.reports.class_report import sections, students
from autograder.reports.class_report.gradebook_scores import Gradebook, GradebookScores
from autograder.reports.html import text

__all__ = ["GradebookScores", "page"]

PARTS = {
    "scores": "Points",
    "accuracies": "Accuracy",
    "questions": "Questions",
    "mistakes": "Misconceptions",
    "look": "Who needs a look",
    "time": "Time and limits",
    "submissions": "All submissions",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>{style}</style></head><body>
<a class="skip" href="#submissions">To the table of all submissions</a>
<header><h1>{heading}</h1><nav aria-label="Parts of this page">{parts}</nav></header>
<main>{body}</main>
<script>{script}</script></body></html>
"""


def page(
    reports: Sequence[Report],
    lesson: Lesson,
    *,
    folder: str = ".",
    gradebook: Gradebook | None = None,
) -> str:
    """Return the page of the class as HTML.

    ``folder`` contains the students' folders, as a URL relative to the page. ``gradebook`` has the
    scores that count and the students' own names, where they are known.
    """
    known = gradebook or {}

    def name(report: Report) -> str:
        return known[report.name].name if report.name in known else ""

    def who(report: Report) -> str:
        where = f"{folder}/{quote(report.place)}/report.html".removeprefix("./")
        return sections.link(report, where, name(report))

    reports = sorted(
        reports,
        key=lambda one: (
            printable.line(name(one) or one.name).casefold(),
            printable.line(one.name).casefold(),
            one.place,
        ),
    )
    body = "".join(
        [
            sections.summary(reports, lesson),
            '<div class="pair">',
            sections.scores(reports, lesson),
            sections.accuracies(reports),
            "</div>",
            sections.questions(reports, lesson),
            sections.mistakes(reports, lesson, who),
            students.manual_reviews(reports, who),
            sections.time(reports),
            students.submissions(reports, lesson, who, known),
        ]
    )
    style, script = (_file(name) for name in ("page.css", "page.js"))
    parts = {name: label for name, label in PARTS.items() if f'<section id="{name}"' in body}
    return PAGE.format(
        # No connections, no images, no forms, and no script but this one.
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)};"
        " base-uri 'none'; form-action 'none'",
        title=html.escape(f"{lesson.title}: the class"),
        heading=text(f"{lesson.title}: the class"),
        parts="".join(f'<a href="#{name}">{label}</a>' for name, label in parts.items()),
        style=style,
        script=script,
        body=body,
    )


def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
