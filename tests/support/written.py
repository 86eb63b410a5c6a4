"""A small lesson in one notebook, to be spoilt."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from support.mini import code

NAME = "two-pears"
LESSON = """\
import pytest

from autograder.core.lesson import Lesson

LESSON = Lesson(title="Two Pears")
PEARS = 2"""
PEARS = """\
pears = check.blank("pears")
### BEGIN SOLUTION
pears = 2  # secret
### END SOLUTION"""
CHECK_PEARS = '''\
check.pears(pears)


@pytest.mark.points(1)
def test_number(evidence):
    """There are two."""
    assert evidence.answer("pears").claims["pears"].value == PEARS


@pytest.mark.points(0.5)
def test_whole(evidence):
    """It is a whole number."""'''
BASKETS = """\
baskets = check.blank("baskets")
### BEGIN SOLUTION
baskets = fruit // 2
### END SOLUTION"""
CHECK_BASKETS = '''\
check.baskets(baskets)


@pytest.mark.points(2)
def test_number(evidence):
    """One basket."""'''
# Changes after which the first question leaves a model, and the second one has no blank.
TRAINS = {
    "pears": PEARS.replace("pears", "model"),
    "checks_pears": CHECK_PEARS.replace("(pears)", "(model)", 1),
    "baskets": "### BEGIN SOLUTION\nx = 2\nmodel.fit(x)\n### END SOLUTION",
    "checks_baskets": CHECK_BASKETS.replace("(baskets)", "(model)", 1),
}
TEST = '''\
def test_title():
    """It has one."""
    assert LESSON.title'''


def tagged(tag: str, source: str, name: str) -> NotebookNode:
    """A code cell with a tag."""
    cell = nbformat.v4.new_code_cell(source, id=name)
    cell.metadata.tags = [tag]
    return cell


def text(source: str, name: str) -> NotebookNode:
    """A text."""
    return nbformat.v4.new_markdown_cell(source, id=name)


def notebook(**changes: Any) -> NotebookNode:
    """The lesson's notebook; ``changes`` are the sources of cells by id, ``None`` for no cell."""
    cells = [
        tagged("lesson", LESSON, "lesson"),
        text("# Two Pears\n\nWorth: {points:pears}, {points:baskets}.", "title"),
        code("from autograder.lessons.two_pears import check", "setup"),
        text("### Count the pears ({points:pears})", "task"),
        code(PEARS, "pears", locked=False, solution=True),
        tagged("check", CHECK_PEARS, "checks_pears"),
        nbformat.v4.new_code_cell("fruit = pears", id="given"),
        text("### Fill baskets\n\nTwo a basket.", "task2"),
        code(BASKETS, "baskets", locked=False, solution=True),
        tagged("check", CHECK_BASKETS, "checks_baskets"),
        tagged("test", TEST, "tests"),
    ]
    for cell in cells:
        cell.source = changes.get(cell.id, cell.source)
    cells = [cell for cell in cells if cell.source is not None]
    return nbformat.v4.new_notebook(cells=cells)
