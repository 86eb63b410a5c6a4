"""What a lesson that is written in one notebook consists of: tagged cells, and questions."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

LESSON, CHECK = "lesson", "check"
# Tags, each with the name that its cells have to define.
PARTS = {
    LESSON: "LESSON",
    CHECK: "",
    "dataset": "DATASET",
    "calibration": "STUDY",
    "mutants": "DECLARED",
    "test": "",
}
# Replaced in texts by the points of a question in words.
POINTS = re.compile(r"\{points:([^{}]*)\}")


@dataclass(frozen=True, kw_only=True)
class Part:
    """The program in a tagged cell: ``number`` counts all cells of the notebook from 1."""

    number: int
    cell_id: str
    source: str


@dataclass(frozen=True, kw_only=True)
class WrittenQuestion:
    """A question as it is written: ``call`` is what its grade cell holds, ``checks`` the rest.

    ``filled`` names the function of ``autograder.core.lesson`` that finds an attempt; empty where
    its cell has a blank.
    """

    name: str
    title: str
    leaves: tuple[str, ...]
    builds_on: tuple[str, ...]
    call: str
    arguments: tuple[str, ...]
    points: float
    filled: str
    checks: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class WrittenLesson:
    """What the tagged cells say: ``parts`` by their tag, without the checks."""

    name: str
    parts: Mapping[str, tuple[Part, ...]]
    questions: tuple[WrittenQuestion, ...]


def part_tag(cell: NotebookNode) -> str:
    """Return which part of a lesson a cell is, empty for a cell of the students' notebook."""
    tags = cell.metadata.get("tags")
    return next((one for one in tags if one in PARTS), "") if isinstance(tags, list) else ""


def placed(name: str, part: Part, line: int) -> str:
    """Return in words where a line of a cell is."""
    return f"{name}.ipynb, cell {part.number} (“{part.cell_id}”), line {line}"


def called(line: ast.stmt) -> ast.Call | None:
    """Return the call of a check that a line consists of; ``None`` for any other line."""
    match line:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="check"))) as call):
            return call
    return None


def without_call(part: Part) -> str:
    """Return the checks in a cell, with the call that they begin with as a comment."""
    lines = part.source.split("\n")
    first = next(iter(ast.parse(part.source).body), None)
    if first and called(first):
        for number in range(first.lineno - 1, first.end_lineno or first.lineno):
            lines[number] = f"# {lines[number]}"
    return "\n".join(lines)
