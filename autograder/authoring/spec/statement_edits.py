"""Operators on the items of a list, such as layers, and on statements. Each makes an edit."""

from __future__ import annotations

import ast

from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.syntax_trees import (
    DoesNotFit,
    assignment_to,
    call_of,
    expression,
    list_around,
    statements,
)


def drop_item(function: str) -> Edit:
    """Take an item, a call of this function, out of the list that it stands in."""

    def edit(tree: ast.Module) -> None:
        call = call_of(tree, function)
        list_around(tree, call).remove(call)

    return edit


def insert_before(function: str, item: str) -> Edit:
    """Put an item into a list, before the one that calls this function."""
    return _inserted(function, item, 0)


def insert_after(function: str, item: str) -> Edit:
    """Put an item into a list, after the one that calls this function."""
    return _inserted(function, item, 1)


def _inserted(function: str, item: str, shift: int) -> Edit:
    def edit(tree: ast.Module) -> None:
        call = call_of(tree, function)
        items = list_around(tree, call)
        items.insert(items.index(call) + shift, expression(item))

    return edit


def first(source: str) -> Edit:
    """Do something before all else."""

    def edit(tree: ast.Module) -> None:
        tree.body[:0] = statements(source)

    return edit


def last(source: str) -> Edit:
    """Do something after all else."""

    def edit(tree: ast.Module) -> None:
        tree.body += statements(source)

    return edit


def within(header: str) -> Edit:
    """Put all statements into the body of another one, such as ``with tf.device("CPU"): ...``."""

    def edit(tree: ast.Module) -> None:
        (around,) = statements(header)
        if not isinstance(around, ast.With | ast.For | ast.If | ast.Try):
            raise DoesNotFit(f"`{header}` has no body.")
        around.body, tree.body = tree.body, [around]

    return edit


def assign_to(name: str, *others: str) -> Edit:
    """Give what is assigned to a name to other names; without others it is assigned to none."""

    def edit(tree: ast.Module) -> None:
        old = assignment_to(tree, name)
        # Each target is a name, or something like `a, b`.
        targets = [ast.parse(f"{one} = 0").body[0] for one in others]
        named = [one.targets[0] for one in targets if isinstance(one, ast.Assign)]
        _exchange_statement(
            tree, old, [ast.Assign(named, old.value) if named else _plain_expression(old)]
        )

    return edit


def drop_assignment(name: str) -> Edit:
    """Take away the statement that assigns to a name."""

    def edit(tree: ast.Module) -> None:
        _exchange_statement(tree, assignment_to(tree, name), [])

    return edit


def instead(source: str) -> Edit:
    """Write another program altogether."""

    def edit(tree: ast.Module) -> None:
        tree.body = statements(source)

    return edit


def _plain_expression(assignment: ast.Assign) -> ast.Expr:
    return ast.Expr(assignment.value)


def _exchange_statement(tree: ast.Module, old: ast.stmt, new: list[ast.stmt]) -> None:
    for parent in ast.walk(tree):
        body = getattr(parent, "body", None)
        if isinstance(body, list) and old in body:
            place = body.index(old)
            body[place : place + 1] = new
