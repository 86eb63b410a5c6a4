"""From a mutant to a notebook: the source with the solution cells edited, ready to submit."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.spec.mutation import Edit, Edits
from autograder.core.errors import LessonError
from autograder.core.lesson import Lesson
from autograder.notebooks.normalize import same_program
from autograder.notebooks.restore import grade_id, is_solution
from autograder.notebooks.solution import MARKER
from autograder.notebooks.student_notebook import student_notebook


class DoesNotFit(LessonError):
    """What an edit changes is not there, or is there more than once, or stays as it was."""


@dataclass(frozen=True, kw_only=True)
class MutantNotebook:
    """A mutant as a notebook. ``program`` is a digest of what its solution cells do."""

    name: str
    notebook: NotebookNode
    program: str


def read_source(root: Path, lesson: Lesson) -> NotebookNode:
    """Read the lesson's source notebook in the folder of a course.

    Raises:
        LessonError: it is not there.
    """
    path = root / "source" / lesson.name / lesson.notebook
    if not path.is_file():
        raise LessonError(f"Mutants are made from {path}, which is not there.")
    return student_notebook(nbformat.read(path, as_version=4), lesson.name)


def make(source: NotebookNode, mutants: Mapping[str, Edits]) -> list[MutantNotebook]:
    """Make the notebooks of mutants, in the order given.

    Raises:
        DoesNotFit: an edit no longer fits the source; the message names the mutant.
        LessonError: a cell that should be edited is no solution cell.
    """
    return [_make_one(source, name, edits) for name, edits in mutants.items()]


def edited(solution: str, edit: Edit) -> str:
    """Return a solution after one edit.

    Raises:
        DoesNotFit: it does not fit, changes nothing, or makes what is not Python: a mutant is never
            silently the program that it was made from, and never stops for a slip of its author's.
    """
    if isinstance(edit, str):
        after = edit.strip("\n")
    else:
        old, new = edit
        if (count := solution.count(old)) != 1:
            raise DoesNotFit(f"There should be one “{old}”, and there are {count or 'none'}.")
        after = solution.replace(old, new)
    try:
        compile(after, "a mutant", "exec")
    except SyntaxError as error:
        raise DoesNotFit(f"What comes of “{after}” is not Python: {error}.") from error
    if same_program(solution, after):
        raise DoesNotFit(f"The program is the same as before: “{after}”.")
    return after


def _make_one(source: NotebookNode, name: str, edits: Edits) -> MutantNotebook:
    cells = [NotebookNode(cell) for cell in source.cells]
    notebook = NotebookNode({**source, "cells": cells})
    named = {found: cell for cell in notebook.cells if (found := grade_id(cell))}
    solutions = {found: cell for found, cell in named.items() if is_solution(cell)}
    if strangers := sorted(set(edits) - set(solutions)):
        raise LessonError(f"{name}: there is no solution cell “{strangers[0]}”.")
    for question, cell in solutions.items():
        before, solution, after = _parts(cell.source, question)
        try:
            for edit in edits.get(question, ()):
                solution = edited(solution, edit)
        except DoesNotFit as error:
            raise DoesNotFit(
                f"{name} does not fit the solution cell “{question}”: {error}"
            ) from error
        cell.source = "\n".join(part for part in (before, solution, after) if part)
    program = _digest(cell.source for cell in solutions.values())
    return MutantNotebook(name=name, notebook=notebook, program=program)


def _parts(source: str, question: str) -> tuple[str, str, str]:
    """Return what stands before, between and after the marks of the solution."""
    lines = source.split("\n")
    marks = [number for number, line in enumerate(lines) if MARKER.match(line)]
    if len(marks) != 2:
        raise LessonError(f"The cell “{question}” should have one solution between two marks.")
    begin, end = marks
    parts = (lines[:begin], lines[begin + 1 : end], lines[end + 1 :])
    before, solution, after = ("\n".join(part) for part in parts)
    return before, solution, after


def _digest(sources: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for program in map(_program, sources):
        digest.update(f"{len(program)}:".encode() + program)
    return digest.hexdigest()[:16]


# Most cells of a mutant are the source's.
@functools.lru_cache(maxsize=1024)
def _program(source: str) -> bytes:
    return json.dumps(_plain(ast.parse(source))).encode()


def _plain(node: object) -> object:
    """Return a syntax tree as plain data, the same for every version of Python unlike a dump."""
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
        return [type(node).__name__, {name: _plain(value) for name, value in fields}]
    return [_plain(one) for one in node] if isinstance(node, list) else repr(node)
