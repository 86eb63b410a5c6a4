"""Answers compared as programs whose local names, and what only shows something, do not count.

That is less strict than ``normalize``: it brings answers together for a person to mark, and shares
no run. Where a doubt remains, the names stay, and there is one group more.
"""

from __future__ import annotations

import ast
import hashlib

from autograder.notebooks.normalize import UNREADABLE, parsed

# A program that looks its own names up: none of them can be exchanged.
LOOKS_UP = frozenset({"dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"})
SHOWS = frozenset({"display", "len", "print", "summary", "type"})
# What runs first although it stands later: `y = x` uses x before it makes y.
FIRST = {"generators": 0, "iter": 1, "value": 1}


def answer_digest(source: str, outside: frozenset[str]) -> str:
    """Return a digest of what an answer does; empty if it does nothing.

    ``outside`` are the names that mean something in other cells. Of a cell that Python cannot parse
    it is a digest of the text.
    """
    try:
        tree = parsed(source)
        text = _meaning(tree, outside) if tree else source.strip()
    except UNREADABLE:
        text = source.strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def _meaning(tree: ast.Module, outside: frozenset[str]) -> str:
    tree.body = [one for one in tree.body if not (_is_blank(one) or _only_shows(one))]
    if not tree.body:
        return ""
    names = _Names()
    names.visit(tree)
    every = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    fixed = every if every & LOOKS_UP else names.fixed | outside | _otherwise_bound(tree)
    local = {name: str(number) for number, name in enumerate(names.stored) if name not in fixed}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            # A number is no name of anybody's.
            node.id = local.get(node.id, node.id)
    return _dumped(tree)


def _is_blank(node: ast.stmt) -> bool:
    """Return whether a statement only fills in a blank that the answer may have replaced."""
    return isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("check.blank(")


def _only_shows(node: ast.stmt) -> bool:
    """Return whether a statement displays something and does nothing else."""
    if not isinstance(node, ast.Expr):
        return False
    makes = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)
    return all(
        (isinstance(one, ast.Call) and _called(one) in SHOWS)
        or not isinstance(one, (ast.Call, *makes))
        for one in ast.walk(node)
    )


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


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
