"""Answers compared as programs whose local names, and what only shows something, do not count.

That is less strict than ``normalize``: it brings answers together for a person to mark, and shares
no run. Where a doubt remains, the names stay, and there is one group more.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from autograder.notebooks.names import Names
from autograder.notebooks.normalize import UNREADABLE, parsed

V = TypeVar("V")

# A program that looks its own names up, by these or by `__dict__` and the like: none of them can be
# exchanged.
LOOKS_UP = frozenset({"dir", "eval", "exec", "get_ipython", "getattr", "globals", "locals", "vars"})
SHOWS = frozenset({"display", "len", "print", "summary", "type"})
# What runs first although it stands later: `y = x` uses x before it makes y.
FIRST = {"generators": 0, "iter": 1, "value": 1}


def each(function: Callable[..., V], arguments: Iterable[Any]) -> list[V]:
    """Return what a function says of each: a tuple stands for all of its arguments."""
    return [function(*one) if isinstance(one, tuple) else function(one) for one in arguments]


def answer_digest(source: str, outside: frozenset[str]) -> str:
    """Return a digest of what an answer does; empty if it does nothing.

    ``outside`` are the names that mean something in other cells; of those that show something, the
    ones that other cells give another meaning. Of a cell that Python cannot parse it is a digest of
    the text.
    """
    try:
        tree = parsed(source)
        return _digest(_meaning(tree, outside)) if tree else text_digest(source)
    except UNREADABLE:
        return text_digest(source)


def text_digest(source: str) -> str:
    """Return a digest of the text of a cell that is not read as a program; empty if it is blank."""
    # No program's own digest is of a text that begins so.
    return _digest(f"text {source.strip()}" if source.strip() else "")


def given_another_meaning(defined: frozenset[str]) -> frozenset[str]:
    """Return the names of ``SHOWS`` that may do something else where these are defined."""
    return SHOWS if "*" in defined else SHOWS & defined


def cell_names(source: str) -> Names:
    """Return the names that a cell defines, and those that it takes from other cells.

    Where Python cannot parse it, or it looks names up, it may take all words that are in it.
    """
    names = _Names()
    defined: frozenset[str] = frozenset()
    used = frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", source)))
    with contextlib.suppress(*UNREADABLE):
        if tree := parsed(source):
            names.visit(tree)
            defined = frozenset(names.stored) | _otherwise_bound(tree)
            used = used if _looks_up(tree) else frozenset(names.fixed)
    return Names(defined=defined, used=used)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def _meaning(tree: ast.Module, outside: frozenset[str]) -> str:
    every = _Names()
    every.visit(tree)
    defined = frozenset(every.stored) | _otherwise_bound(tree) | outside
    shows = SHOWS - given_another_meaning(defined)
    rest = [one for one in tree.body if not _only_shows(one, shows)]
    # The lesson's blanks come first; later ones would take an answer back.
    tree.body = list(itertools.dropwhile(_is_blank, rest))
    if not tree.body:
        return ""
    names = _Names()
    names.visit(tree)
    fixed = names.fixed | outside | _otherwise_bound(tree) | set(dir(builtins))
    if _looks_up(tree):
        fixed |= set(names.stored)
    local = {name: str(number) for number, name in enumerate(names.stored) if name not in fixed}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            # A number is no name of anybody's.
            node.id = local.get(node.id, node.id)
    return _dumped(tree)


def _is_blank(node: ast.stmt) -> bool:
    """Return whether a statement is a lesson's blank: ``x = check.blank("x")``."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id="check"), attr="blank"),
                args=[ast.Constant(value=blank)],
                keywords=[],
            ),
        ):
            return name == blank
    return False


def _only_shows(node: ast.stmt, shows: frozenset[str]) -> bool:
    """Return whether a statement displays something, by these functions, and does nothing else."""
    if not isinstance(node, ast.Expr):
        return False
    makes = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)
    every = list(ast.walk(node))
    # The variable of a comprehension may be an attribute, or an item, of something.
    stores = any(
        isinstance(one, ast.Attribute | ast.Subscript) and isinstance(one.ctx, ast.Store)
        for one in every
    )
    return not stores and all(
        (isinstance(one, ast.Call) and _called(one) in shows)
        or not isinstance(one, (ast.Call, *makes))
        for one in every
    )


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _looks_up(tree: ast.Module) -> bool:
    """Return whether a program may find a variable by its name as text."""
    fields = ("id", "attr", "name", "value")
    words = (getattr(node, field, None) for node in ast.walk(tree) for field in fields)
    return any(one in LOOKS_UP or one.startswith("__") for one in words if isinstance(one, str))


def _otherwise_bound(tree: ast.Module) -> set[str]:
    """Return the names that are bound as parameters, imports, attributes of a class and so on."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        if not isinstance(node, ast.Name | ast.Constant | ast.Attribute | ast.keyword):
            for _, value in ast.iter_fields(node):
                found |= {
                    one
                    for one in (value if isinstance(value, list) else [value])
                    if isinstance(one, str)
                }
    return found


class _Names(ast.NodeVisitor):
    """Finds the names that a cell stores, in their order, and those that it uses before that."""

    def __init__(self) -> None:
        self.stored: dict[str, None] = {}
        self.fixed: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.stored[node.id] = None
        elif node.id not in self.stored:
            self.fixed.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and node.target.id not in self.stored:
            self.fixed.add(node.target.id)
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        for _, value in sorted(ast.iter_fields(node), key=lambda field: FIRST.get(field[0], 2)):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST):
                    self.visit(one)


def _dumped(value: object) -> str:
    """Return a syntax tree as text: unlike ``ast.dump``, the same in every version of Python."""
    if isinstance(value, list):
        return f"[{','.join(map(_dumped, value))}]"
    if not isinstance(value, ast.AST):
        return repr(value)
    fields = [
        f"{name}={_dumped(one)}"
        for name, one in ast.iter_fields(value)
        if isinstance(value, ast.Constant) or one not in (None, [])
    ]
    return f"{type(value).__name__}({','.join(fields)})"
