"""A lesson made on the fly, about nothing that the engine could have heard of."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import nbformat
import pytest

from autograder import lessons
from autograder.core.evidence import Answer, Cell, Claim, Evidence, Record, Recorded, Run
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import load_lesson
from autograder.sandbox.protocol import CellResult, EvidenceUpdate
from support import runs
from support.mini import code

NAME = "two-apples"
PACKAGE = "autograder.lessons.two_apples"
LESSON_FILE = '''
"""Counting apples."""

from pathlib import Path

from autograder.core.lesson import Lesson, Question

LESSON = Lesson(
    name="two-apples",
    title="Two Apples",
    folder=Path(__file__).parent,
    questions=(
        Question(name="apples", title="Count the apples", points=3, leaves=("apples",)),
        Question(
            name="pears", title="Then the pears", points=4, leaves=("pears",), builds_on=("apples",)
        ),
    ),
)
'''
CHECK_FILE = '''
"""The checks that the notebook calls."""

from autograder.lessons.two_apples.lesson import LESSON
from autograder.kernel.check_session import CheckSession

_SESSION = CheckSession(LESSON)


def blank(name):
    return _SESSION.blank(name)


def apples(apples):
    return _SESSION.check("apples", apples=apples)


def pears(pears):
    return _SESSION.check("pears", pears=pears)
'''
CHECKS = {
    "apples": '''
"""Two apples."""

import pytest

from autograder.core.verdicts import Failed


@pytest.mark.points(1)
def test_two(evidence, tell):
    """There are two apples."""
    found = evidence.answer("apples").claims["apples"].value
    tell.measure("ripeness", 0.5)
    if found != 2:
        raise Failed(
            f"`apples` is {found}, and there are two.",
            help="Count them once more.",
            misconception="ate-one",
        )
    tell.passed("Two apples.")
''',
    "pears": '''
"""As many pears as apples."""

import pytest


@pytest.mark.points(1)
@pytest.mark.requires("apples.two")
def test_as_many(evidence, lesson):
    """There are as many pears as apples."""
    assert lesson.title == "Two Apples"
    assert evidence.answer("pears").claims["pears"].value == 2, "Pears are not apples."
''',
}


def write(parent: Path) -> Path:
    """Write the lesson into a folder of lessons."""
    folder = parent / NAME.replace("-", "_")
    (folder / "checks").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "lesson.py").write_text(LESSON_FILE)
    (folder / "check.py").write_text(CHECK_FILE)
    for name, text in CHECKS.items():
        (folder / "checks" / f"check_{name}.py").write_text(text)
    nbformat.write(notebook(), folder / "release.ipynb")
    return folder


def notebook(**answers: str) -> nbformat.NotebookNode:
    """The students' notebook, with these blanks filled."""
    cells = [code("from autograder.lessons.two_apples import check", "setup")]
    for name, points in (("apples", 3), ("pears", 4)):
        blank = f'{name} = check.blank("{name}")'
        answer = f"\n{answers[name]}" if name in answers else ""
        cells.append(code(blank + answer, name, locked=False, solution=True))
        cells.append(code(f"check.{name}({name})", f"check-{name}", grade=True, points=points))
    return nbformat.v4.new_notebook(cells=cells)


def recorded(**values: int) -> Recorded:
    """What a kernel wrote down in which these were handed in."""
    return Recorded(
        answers=tuple(
            Answer(question=name, claims={name: Claim(kind="int", value=value)})
            for name, value in values.items()
        )
    )


def evidence(**values: int) -> Evidence:
    """The evidence of these answers."""
    cells = tuple(
        Cell(index=number, grade_id=name, status="ok", changed=name in values)
        for number, name in enumerate(("apples", "pears"))
    )
    run = Run(lesson=NAME, data="sample")
    return Evidence(record=Record(run=run, cells=cells, recorded=recorded(**values)))


def run(**values: int) -> Evidence:
    """A run in which these were handed in."""
    cells = {number: CellResult(status="ok") for number in range(5)}
    return runs.ran(cells, EvidenceUpdate(recorded=msgspec.json.encode(recorded(**values))))


def importable_lesson(
    name: str, package: str, parent: Path, monkeypatch: pytest.MonkeyPatch
) -> Lesson:
    """The lesson of this name and package in the folder, found like any other by this test."""
    monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(parent)])
    for one in [one for one in sys.modules if one.startswith(package)]:
        monkeypatch.delitem(sys.modules, one)
    return load_lesson(name)
