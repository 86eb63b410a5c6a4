"""A lesson that is written in one notebook, read from its tagged cells; nothing is run.

A code cell with the tag ``lesson`` holds the :class:`Lesson`, one with ``check`` the checks of the
question above it, and ``dataset``, ``calibration``, ``mutants`` and ``test`` what else belongs to
it. The checks begin with the call that students see. Everything else is the students' notebook.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NoReturn

from nbformat import NotebookNode

from autograder.core.errors import LessonError
from autograder.core.points_mark import written_points
from autograder.notebooks.names import Names, names_in
from autograder.notebooks.restore import grade_id, is_solution
from autograder.notebooks.solution import strip_markers
from autograder.notebooks.written_lesson import (
    CHECK,
    LESSON,
    PARTS,
    POINTS,
    Part,
    WrittenLesson,
    WrittenQuestion,
    called,
    part_tag,
    placed,
    without_call,
)

HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)
# What a check must ask for, so that it runs for each submission.
OF_A_SUBMISSION = ("evidence", "data", "so_far")
# Names that no cell for students has.
LESSONS_OWN = frozenset({"pytest", "LESSON", "STUDY", "DECLARED"})
# What a cell without a blank does to an earlier cell's model, and the name of what finds that done.
CHANGES = {"model.fit": "trained", "model.compile": "compiled"}
# `check.blank` and `check.progress` are no questions.
RESERVED = ("blank", "progress")


def is_authored(notebook: NotebookNode) -> bool:
    """Return whether a source notebook holds a whole lesson; others may use our tags as well."""
    return any(
        cell.cell_type == "code" and part_tag(cell) == LESSON and "autograder" in cell.source
        for cell in notebook.cells
    )


def read_lesson(notebook: NotebookNode, name: str) -> WrittenLesson:
    """Read the lesson of this name in a source notebook.

    Raises:
        LessonError: it is not whole; the message names the cell, by its number and id, and the line
            in it.
    """
    return _LessonReader(name, notebook).lesson()


@dataclass
class _OpenQuestion:
    """A question whose checks are still to come."""

    part: Part
    name: str
    title: str
    leaves: tuple[str, ...]
    builds_on: tuple[str, ...]
    filled: str
    defined: frozenset[str]
    checks: list[Part] = field(default_factory=list)


class _LessonReader:
    """Goes through the cells of one notebook, in order."""

    def __init__(self, name: str, notebook: NotebookNode) -> None:
        self._name = name
        self._cells = [
            (Part(number=number, cell_id=cell.get("id", ""), source=cell.source), cell)
            for number, cell in enumerate(notebook.cells, start=1)
        ]
        self._parts: dict[str, list[Part]] = {}
        self._questions: list[_OpenQuestion] = []
        # The questions on which the value of a name depends.
        self._origins: dict[str, frozenset[str]] = {}

    def lesson(self) -> WrittenLesson:
        heading = ""
        for part, cell in self._cells:
            if cell.cell_type != "code" and part_tag(cell):
                self._fail(part, f"only a code cell can have the tag `{part_tag(cell)}`")
            if cell.cell_type == "markdown":
                heading = ([heading, *HEADING.findall(FENCED.sub("", cell.source))])[-1]
            elif cell.cell_type == "code":
                self._code(part, cell, heading)
        self._require_complete()
        questions = tuple(map(self._question, self._questions))
        self._require_known_questions({one.name for one in questions})
        parts = {tag: tuple(parts) for tag, parts in self._parts.items()}
        return WrittenLesson(name=self._name, parts=parts, questions=questions)

    def _code(self, part: Part, cell: NotebookNode, heading: str) -> None:
        tag = part_tag(cell)
        meta = cell.metadata.get("nbgrader") or {}
        if tag:
            self._parsed(part)
        if tag == CHECK:
            self._add_check(part)
        elif tag:
            self._parts.setdefault(tag, []).append(part)
        elif is_solution(cell) and not meta.get("grade"):
            self._start_question(part, grade_id(cell) or "", heading)
        elif meta.get("grade") and not is_solution(cell):
            self._fail(part, f"a cell with the tag `{CHECK}` makes the grade cell; remove it")
        else:
            names = names_in(part.source)
            self._refuse_leak(part, names)
            self._origins |= dict.fromkeys(names.defined, self._origin(names.used))

    def _refuse_leak(self, part: Part, names: Names) -> None:
        """Refuse a cell for students that looks like one whose tag was forgotten or misspelt."""
        own = (names.used | names.defined) & LESSONS_OWN
        lines = part.source.split("\n")
        for name in sorted(own):
            line = next(n for n, text in enumerate(lines, start=1) if name in text)
            self._fail(
                part,
                f"students would get this cell with `{name}`: it has none of the tags"
                f" {', '.join(PARTS)}",
                line,
            )

    def _origin(self, used: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self._origins.get(name, frozenset()) for name in used))

    def _start_question(self, part: Part, name: str, heading: str) -> None:
        if not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED:
            self._fail(part, f"“{name}” cannot be a question's name; one such as build can")
        if name in [one.name for one in self._questions]:
            self._fail(part, f"there is a question “{name}” already")
        tree = self._parsed(replace(part, source=MAGIC.sub("", part.source)))
        leaves = tuple(
            dict.fromkeys(
                target.id
                for line in tree.body
                if isinstance(line, ast.Assign) and _is_blank(line.value)
                for target in line.targets
                if isinstance(target, ast.Name)
            )
        )
        filled = "" if leaves else _change(tree)
        if not leaves and not filled:
            self._fail(
                part,
                f'“{name}” has no blank, a line such as x = check.blank("x"); only a cell that'
                " compiles or trains `model` needs none",
            )
        title = re.sub(r"\s*\([^()]*\{points:[^()]*\)", "", heading).strip()
        if not title:
            self._fail(part, f"“{name}” has no heading above it, which would be its title")
        names = names_in(strip_markers(part.source))
        origin = self._origin(names.used)
        builds_on = tuple(one.name for one in self._questions if one.name in origin)
        self._questions.append(
            _OpenQuestion(
                part=part,
                name=name,
                title=title,
                leaves=leaves or ("model",),
                builds_on=builds_on,
                filled=filled,
                defined=names.defined,
            )
        )
        self._origins |= dict.fromkeys({*leaves, *names.defined}, frozenset([name]))
        if filled:
            self._origins["model"] = self._origin(["model"]) | {name}

    def _add_check(self, part: Part) -> None:
        if not self._questions:
            self._fail(part, "there is no question above these checks: no solution cell")
        self._questions[-1].checks.append(part)

    def _require_complete(self) -> None:
        """Refuse a lesson that lacks a part, or has a name that nothing defines."""
        if not self._questions:
            raise LessonError(f"{self._name}.ipynb has no question, that is, no solution cell.")
        if LESSON not in self._parts:
            raise LessonError(f"{self._name}.ipynb has no cell with the tag `{LESSON}`.")
        if len(self._parts[LESSON]) > 1:
            self._fail(self._parts[LESSON][1], f"this is the second cell with the tag {LESSON}")
        shared = {name for name in names_in(self._source(LESSON)).defined if name[0] != "_"}
        for tag, parts in self._parts.items():
            own = names_in(self._source(tag)).defined
            for part in parts:
                self._require_known_names(part, own | shared)
            if (wanted := PARTS[tag]) and wanted not in own:
                self._fail(parts[0], f"a cell with the tag `{tag}` has to define {wanted}")
        for one in self._questions:
            if not one.checks:
                self._fail(
                    one.part, f"the question “{one.name}” has no cell with the tag `{CHECK}`"
                )
            own = names_in("\n".join(part.source for part in one.checks)).defined
            for part in one.checks:
                self._require_known_names(part, own | shared)

    def _source(self, tag: str) -> str:
        return "\n".join(part.source for part in self._parts[tag])

    def _require_known_names(self, part: Part, known: Iterable[str]) -> None:
        """Refuse a name that would be unknown in the module that is made of a cell."""
        nodes = list(ast.walk(self._parsed(part)))
        if any(isinstance(one, ast.alias) and one.name == "*" for one in nodes):
            return
        # The call of the check is no part of its module.
        given = {*known, *dir(builtins), "__file__"}
        unknown = names_in(without_call(part)).used - given
        lines = [one.lineno for one in nodes if isinstance(one, ast.Name) and one.id in unknown]
        if unknown:
            names = " and ".join(f"`{one}`" for one in sorted(unknown))
            self._fail(
                part, f"{names} should be defined here or in the first cell", min(lines, default=1)
            )

    def _question(self, question: _OpenQuestion) -> WrittenQuestion:
        first, tree = question.checks[0], self._parsed(question.checks[0])
        call = called(tree.body[0]) if tree.body else None
        if call is None:
            self._fail(first, f"the first line should be the call of the check.{question.name}(…)")
        other = ast.unparse(call.func)
        if other != f"check.{question.name}":
            self._fail(first, f"{other}(…) stands behind the question “{question.name}”")
        arguments = tuple(arg.id for arg in call.args if isinstance(arg, ast.Name))
        if call.keywords or len(set(arguments)) != len(call.args):
            self._fail(first, f"check.{question.name}(…) takes names, each once")
        if question.filled and (bare := [name for name in arguments if name in question.defined]):
            self._fail(
                question.part, f'“{question.name}” lacks {bare[0]} = check.blank("{bare[0]}")'
            )
        if missing := [name for name in question.leaves if name not in arguments]:
            self._fail(first, f"check.{question.name}(…) does not hand in `{missing[0]}`")
        return WrittenQuestion(
            name=question.name,
            title=question.title,
            leaves=question.leaves,
            builds_on=question.builds_on,
            call=ast.unparse(tree.body[0]),
            arguments=arguments,
            points=self._points(question),
            filled=question.filled,
            checks=tuple(question.checks),
        )

    def _points(self, question: _OpenQuestion) -> float:
        """Return the sum of the points of all checks of a question."""
        found: dict[str, float] = {}
        for part in question.checks:
            for line in self._parsed(part).body:
                if not isinstance(line, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    continue
                if not line.name.lower().startswith("test"):
                    continue
                if not isinstance(line, ast.FunctionDef):
                    self._fail(part, f"{line.name} is no plain function", line.lineno)
                if line.name in found:
                    self._fail(part, f"there are two checks {line.name}", line.lineno)
                taken = {one.arg for one in (*line.args.args, *line.args.kwonlyargs)}
                if not taken & set(OF_A_SUBMISSION):
                    self._fail(part, f"{line.name} does not take `evidence`", line.lineno)
                found[line.name] = self._points_of(part, line)
        total = sum(found.values())
        if not total:
            self._fail(question.checks[0], f"the question “{question.name}” is worth no points")
        return int(total) if total == int(total) else total

    def _points_of(self, part: Part, check: ast.FunctionDef) -> float:
        try:
            points = written_points(check)
        except ValueError:
            points = None
        if points is None:
            self._fail(
                part, f"{check.name} needs points, such as @pytest.mark.points(1)", check.lineno
            )
        return points

    def _require_known_questions(self, questions: Iterable[str]) -> None:
        """Refuse a text that names the points of a question that there is not."""
        for part, cell in self._cells:
            if cell.cell_type == "markdown":
                for found in POINTS.finditer(cell.source):
                    if found[1] not in questions:
                        line = cell.source.count("\n", 0, found.start()) + 1
                        self._fail(part, f"there is no question “{found[1]}”", line)

    def _parsed(self, part: Part) -> ast.Module:
        try:
            return ast.parse(part.source)
        except SyntaxError as error:
            self._fail(part, f"this is not Python: {error.msg}", error.lineno or 1)
        except ValueError as error:
            self._fail(part, f"this is not Python: {error}")

    def _fail(self, part: Part, message: str, line: int = 1) -> NoReturn:
        raise LessonError(f"{placed(self._name, part, line)}: {message}.")


def _change(tree: ast.Module) -> str:
    """Return what is done to ``model``, one of :data:`CHANGES`; empty where nothing is."""
    calls = {ast.unparse(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
    return next((filled for call, filled in CHANGES.items() if call in calls), "")


def _is_blank(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "check.blank"
