"""Reports on a terminal: a line for each as it arrives, with the remaining time, then a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
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
    """Collect the reports; print a line for each as it arrives, above a progress bar."""
    ready: list[Report] = []
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("left:"), TimeRemainingColumn(), console=console
    ) as progress:
        task = progress.add_task("", total=total)
        for report in reports:
            ready.append(report)
            progress.update(task, advance=1)
            progress.console.print(_line(report), highlight=False, soft_wrap=True)
    return ready


def table(reports: Sequence[Report]) -> Table:
    """Return a table with a row for each report: points, accuracy and the first message."""
    rows = Table()
    rows.add_column("Submission", overflow="fold")
    rows.add_column("Points", justify="right", no_wrap=True)
    rows.add_column("Accuracy", justify="right", no_wrap=True)
    rows.add_column("First message")
    for report in reports:
        rows.add_row(
            _shown(report.name),
            f"{phrases.number(report.score)} / {phrases.number(report.max_score)}",
            phrases.accuracy(report),
            _shown(report.first_message),
        )
    return rows


def mistakes(reports: Sequence[Report]) -> Table:
    """Return a table of the mistakes in a class, the most frequent first."""
    rows = Table()
    rows.add_column("Misconception", overflow="fold")
    rows.add_column("Submissions", justify="right", no_wrap=True)
    rows.add_column("What one of them was told")
    for one in aggregates.mistakes(reports):
        rows.add_row(_shown(one.name), str(len(one.reports)), _shown(one.example.message))
    return rows


def _shown(text: str) -> str:
    """Escape a text that a student may have written."""
    return escape(printable.line(text))


def _line(report: Report) -> str:
    name = _shown(report.name)
    if report.status == "failed":
        return f"{name}: could not be graded. {_shown(report.reason or '')}"
    how = "the same program as another" if report.shared else f"{report.seconds:.0f} s"
    return f"{name}: {phrases.points(report.checks)}, {how}"
