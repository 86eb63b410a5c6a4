"""Reports on a terminal: a line for each as it arrives, with the remaining time, then a table."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.core import printable
from autograder.core.report import Report
from autograder.reports import phrases
from autograder.reports.class_report import aggregates


def watched(reports: Iterable[Report], total: int, console: Console) -> list[Report]:
    """Collect the reports; print a line for each as it arrives, above a progress bar.

    Where no bar can be drawn, as in a log file, each line says how far it is and how long it takes.
    """
    ready: list[Report] = []
    began = time.monotonic()
    with progress_bar("Grading", console) as progress:
        task = progress.add_task("", total=total)
        for report in reports:
            ready.append(report)
            progress.update(task, advance=1)
            line = _line(report, with_lesson=_has_lessons(ready))
            if not console.is_terminal:
                line = f"{_so_far(len(ready), total, time.monotonic() - began)}{line}"
            progress.console.print(line, soft_wrap=True)
    return ready


def progress_bar(label: str, console: Console) -> Progress:
    """Return a bar with a counter, the time so far and the time left."""
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left:"), TimeRemainingColumn(), console=console)


def table(reports: Sequence[Report]) -> Table:
    """Return a table with a row for each report: points, accuracy and the first message."""
    rows, with_lesson = Table(), _has_lessons(reports)
    rows.add_column("Submission", overflow="fold")
    if with_lesson:
        rows.add_column("Lesson", overflow="fold")
    rows.add_column("Points", justify="right", no_wrap=True)
    rows.add_column("Accuracy", justify="right", no_wrap=True)
    rows.add_column("First message")
    for report in reports:
        rows.add_row(
            printable.line(report.name),
            *([printable.line(report.lesson)] if with_lesson else []),
            f"{phrases.number(report.score)} / {phrases.number(report.max_score)}",
            phrases.accuracy(report),
            printable.line(report.first_message),
        )
    return rows


def mistakes(reports: Sequence[Report]) -> Table:
    """Return a table of the mistakes in a class, the most frequent first."""
    rows = Table()
    rows.add_column("Misconception", overflow="fold")
    rows.add_column("Submissions", justify="right", no_wrap=True)
    rows.add_column("Example of a message")
    for one in aggregates.mistakes(reports):
        if one.is_named:
            rows.add_row(
                printable.line(one.name), str(len(one.reports)), printable.line(one.example.message)
            )
    return rows


def _has_lessons(reports: Sequence[Report]) -> bool:
    """Return whether the reports are of more than one lesson."""
    return len({report.lesson for report in reports if report.lesson}) > 1


def _so_far(done: int, total: int, seconds: float) -> str:
    """Return a counter, and about how long the rest will take at the pace until now."""
    left = phrases.duration(seconds / done * (total - done))
    return f"{done}/{total}" + (f", about {left} left: " if done < total else ": ")


def _line(report: Report, *, with_lesson: bool = False) -> str:
    name = printable.line(report.name)
    if with_lesson and report.lesson:
        name = f"{name}, {printable.line(report.lesson)}"
    if report.status == "failed":
        return f"{name}: could not be graded. {printable.line(report.reason or '')}"
    how = "reused from an identical submission" if report.shared else f"{report.seconds:.0f} s"
    return f"{name}: {phrases.points(report.checks)}, {how}"
