"""The log for administrators."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.cli.progress_log import NAME, open_log
from autograder.core.report import CheckResult, Outcome, Report


def report(**changes) -> Report:
    check = CheckResult(
        id="a.b", question="a", outcome=Outcome.PASSED, points=2, max_points=2, message="Right."
    )
    given = {"name": "ada", "notebook": "n.ipynb", "checks": (check,), "seconds": 4.56}
    return Report(**(given | changes))


def lines(folder: Path) -> list[str]:
    return (folder / NAME).read_text(encoding="utf-8").splitlines()


def test_a_submission_is_a_line_in_utc(tmp_path: Path) -> None:
    """Time, level, whose, points, seconds, isolation."""
    with open_log(tmp_path / "results", "grade") as log:
        log.graded(report())
    (line,) = lines(tmp_path / "results")
    stamp, _, rest = line.partition(" ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
    assert rest == "INFO graded ada/n.ipynb: 2 / 2, 4.6 s, none"


def test_what_needs_a_look_is_a_warning_with_its_reason(tmp_path: Path) -> None:
    """So that the interesting lines can be found by one word."""
    with open_log(tmp_path, "grade") as log:
        log.graded(report(reason="The time limit was met."))
        log.graded(report(status="failed", reason="No notebook."))
    assert all(" WARNING " in line for line in lines(tmp_path))
    assert lines(tmp_path)[0].endswith(": The time limit was met.")


def test_a_name_cannot_forge_a_line(tmp_path: Path) -> None:
    """A line end or a control character in a name stays within its line."""
    with open_log(tmp_path, "grade") as log:
        log.graded(report(name="eve\n2026-01-01T00:00:00Z INFO graded ada: 20 / 20\x1b[2J"))
    assert len(lines(tmp_path)) == 1
    assert "\x1b" not in lines(tmp_path)[0]


def test_it_is_added_to(tmp_path: Path) -> None:
    """Yesterday's lines stay."""
    for word in ("first", "second"):
        with open_log(tmp_path, "grade") as log:
            log.say(word)
    assert [line.rpartition(" ")[2] for line in lines(tmp_path)] == ["first", "second"]


def test_how_a_command_ended_is_told(tmp_path: Path) -> None:
    """Also after Ctrl-C."""
    with pytest.raises(KeyboardInterrupt), open_log(tmp_path, "grade"):
        raise KeyboardInterrupt
    assert "ERROR grade: ended by KeyboardInterrupt" in lines(tmp_path)[0]
