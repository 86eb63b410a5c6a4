"""What a terminal, and a log file, shows while a class is graded, and at its end."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console
from support.class_of_reports import report

from autograder.reports import terminal


def shown(reports: list, *, is_terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=is_terminal)
    terminal.watched(iter(reports), len(reports), console)
    return console.file.getvalue()


def test_a_log_file_has_a_counter_and_the_time_left() -> None:
    lines = shown([report("ann"), report("bob")]).splitlines()
    assert lines[0].startswith("1/2, about 0 s left: ann: 20 of 20 points")
    assert lines[1].startswith("2/2: bob: 20 of 20 points")


def test_minutes_are_told_as_minutes() -> None:
    assert terminal._so_far(1, 11, 60) == "1/11, about 10 min left: "
    assert terminal._so_far(1, 2, 90) == "1/2, about 90 s left: "


def test_where_there_are_two_lessons_each_line_names_its_own() -> None:
    one = [report("ann"), replace(report("bob"), lesson="a-deeper-brain")]
    assert "bob, a-deeper-brain: " in shown(one)
    assert "building-a-brain" not in shown(one[:1])
    console = Console(file=io.StringIO(), width=200)
    console.print(terminal.table(one))
    assert "Lesson" in console.file.getvalue()
    console = Console(file=io.StringIO(), width=200)
    console.print(terminal.table(one[:1]))
    assert "Lesson" not in console.file.getvalue()
