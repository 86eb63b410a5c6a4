"""Python's syntax trees: find the one place that is meant, and put something else there."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import TypeVar

from autograder.core.errors import LessonError

# In what is put in a place this name stands for what was there before.
HOLE = "_"

Node = TypeVar("Node", bound=ast.AST)


class DoesNotFit(LessonError):
    """What is to be changed is not there, or is there more than once."""


def expression(source: str) -> ast.expr:
    """Return the tree of one expression."""
    return ast.parse(source, mode="eval").body


def statements(source: str) -> list[ast.stmt]:
    """Return the trees of statements."""
    return ast.parse(source.strip("\n")).body


def the_only(found: Sequence[Node], what: str) -> Node:
    """Return the only one of those found.

    Raises:
        DoesNotFit: there is none, or there are more.
    """
    if len(found) != 1:
        raise DoesNotFit(f"There should be one {what}, and there are {len(found) or 'none'}.")
    return found[0]


def call_of(tree: ast.AST, name: str) -> ast.Call:
    """Return the only call of a function with this last name: ``Dense`` in ``layers.Dense(3)``.

    Raises:
        DoesNotFit: there is none, or there are more.
    """
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    return the_only([one for one in calls if _last_name(one.func) == name], f"call of `{name}`")


def assignment_to(tree: ast.AST, name: str) -> ast.Assign:
    """Return the only plain assignment to ``name``.

    Raises:
        DoesNotFit: there is none, or there are more.
    """
    found = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and [ast.unparse(each) for each in one.targets] == [name]
    ]
    return the_only(found, f"assignment to `{name}`")


def keyword_of(call: ast.Call, name: str) -> ast.keyword:
    """Return a keyword argument of a call.

    Raises:
        DoesNotFit: it is not given.
    """
    given = [one for one in call.keywords if one.arg == name]
    return the_only(given, f"argument `{name}` of `{_last_name(call.func)}`")


def list_around(tree: ast.AST, call: ast.Call) -> list[ast.expr]:
    """Return the items of the list that contains a call.

    Raises:
        DoesNotFit: it stands in none.
    """
    found = [one for one in ast.walk(tree) if isinstance(one, ast.List) and call in one.elts]
    return the_only(found, f"list with `{_last_name(call.func)}` in it").elts


def loads_of(tree: ast.AST, name: str) -> list[ast.AST]:
    """Return the nodes where the value of a name is used.

    Raises:
        DoesNotFit: it is used nowhere.
    """
    named = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == name]
    found: list[ast.AST] = [one for one in named if isinstance(one.ctx, ast.Load)]
    if not found:
        raise DoesNotFit(f"`{name}` is used nowhere.")
    return found


def exchange(tree: ast.Module, old: Sequence[ast.AST], new: ast.expr) -> None:
    """Put ``new`` in the place of each of ``old``; a ``_`` in it becomes what was there before."""
    _Exchange(old, new).visit(tree)


def _last_name(function: ast.expr) -> str:
    """Return ``Dense`` for ``layers.Dense``, empty for what has no name."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


class _Exchange(ast.NodeTransformer):
    def __init__(self, old: Sequence[ast.AST], new: ast.expr) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if any(node is one for one in self._old):
            new: ast.AST = _Fill(node).visit(copy.deepcopy(self._new))
            return new
        return self.generic_visit(node)


class _Fill(ast.NodeTransformer):
    def __init__(self, before: ast.AST) -> None:
        self._before = before

    def visit_Name(self, node: ast.Name) -> ast.AST:
        is_hole = node.id == HOLE and isinstance(node.ctx, ast.Load)
        return copy.deepcopy(self._before) if is_hole else node
