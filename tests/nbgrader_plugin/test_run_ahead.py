"""What ``nbgrader autograde`` is about to convert one by one is run before, side by side."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import make_class

from autograder.core.errors import IsolationError
from autograder.nbgrader_plugin import run_ahead

LESSON = make_class.LESSON


class Grader:
    """What runs them, or cannot."""

    def __init__(self, results: Path, error: Exception | None = None) -> None:
        self.results, self.error = results, error
        self.ran: list[str] = []
        self.workers = 0

    def run_ahead(self, submissions: Any, *, workers: int) -> Iterator[str]:
        """Note whose work it is."""
        if self.error:
            raise self.error
        self.ran, self.workers = [one.name for one in submissions], workers
        yield from self.ran


class Converter:
    """nbgrader's, as far as it is asked."""

    force = False
    log = logging.getLogger("nbgrader")

    def __init__(self, root: Path, assignment: str = LESSON) -> None:
        self.coursedir = SimpleNamespace(assignment_id=assignment, student_id_exclude="cal,eve")
        self.assignments = dict.fromkeys(map(str, (root / "submitted").glob(f"*/{assignment}")))
        self.root, self.converted = root, 0

    def _format_source(self, assignment: str, student: str, **_: object) -> str:
        return f"{self.root}/submitted/{student}/{assignment}"

    def _format_dest(self, assignment: str, student: str) -> str:
        return f"{self.root}/autograded/{student}/{assignment}"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ann, bob and cal handed in; bob is graded already, and dan's folder is empty."""
    for name in ("ann", "bob", "cal", "dan", "fay"):
        (tmp_path / "submitted" / name / LESSON).mkdir(parents=True)
        if name != "dan":
            (tmp_path / "submitted" / name / LESSON / "my own name.ipynb").write_text("{}")
    (tmp_path / "autograded" / "bob" / LESSON).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def convert(converter: Converter, grader: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nbgrader convert."""
    monkeypatch.setattr(run_ahead.shared_processes, "grader", lambda _: grader)

    def own(self: Converter) -> None:
        self.converted += 1

    run_ahead._with_runs(own)(converter)
    assert converter.converted == 1


@pytest.mark.parametrize(("force", "names"), [(False, "ann fay"), (True, "ann bob fay")])
def test_what_is_new_is_run(course, monkeypatch, caplog, force: bool, names: str) -> None:
    """Whatever the notebook's name; nothing that nbgrader leaves out. One sees how far it is."""
    caplog.set_level(logging.INFO)
    converter, grader = Converter(course), Grader(course / "results")
    converter.force = force
    convert(converter, grader, monkeypatch)
    assert grader.ran == names.split()
    assert grader.workers >= 1
    count = len(grader.ran)
    assert f"Ran fay ({count} of {count})" in caplog.text


def test_a_single_one_and_other_assignments_are_left_to_nbgrader(course, monkeypatch) -> None:
    """There is nothing to be gained."""
    grader = Grader(course / "results")
    converter = Converter(course)
    converter.assignments.pop(str(course / "submitted" / "fay" / LESSON))
    convert(converter, grader, monkeypatch)
    convert(Converter(course, "ps1"), grader, monkeypatch)
    assert not grader.ran


def test_where_it_cannot_be_done_nbgrader_goes_on(course, monkeypatch, caplog) -> None:
    """It says why."""
    error = IsolationError("no bubblewrap")
    convert(Converter(course), Grader(course / "results", error), monkeypatch)
    assert "one by one: no bubblewrap" in caplog.text


def test_a_folder_that_cannot_be_entered_stops_nobody_else(course, monkeypatch) -> None:
    """Of one that can be listed Python still asks which names are links."""
    choose = run_ahead.chosen_notebook

    def refuse(folder: Path, wanted: str) -> Any:
        if folder.parent.name == "gus":
            raise PermissionError(13, "Permission denied", str(folder / wanted))
        return choose(folder, wanted)

    monkeypatch.setattr(run_ahead, "chosen_notebook", refuse)
    (course / "submitted" / "gus" / LESSON).mkdir(parents=True)
    grader = Grader(course / "results")
    convert(Converter(course), grader, monkeypatch)
    assert grader.ran == ["ann", "fay"]
