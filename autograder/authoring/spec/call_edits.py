"""Operators on calls, names and values. Each makes an edit.

Functions are named by their last name: ``Dense`` for ``tf.keras.layers.Dense``. New code is given
as source, and ``_`` in it stands for what was there: ``set_keyword("fit", "epochs", "_ + 1")``.
"""

from __future__ import annotations

import ast

from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.syntax_trees import (
    DoesNotFit,
    assignment_to,
    call_of,
    exchange,
    expression,
    keyword_of,
    loads_of,
    the_only,
)


def set_argument(function: str, place: int, value: str) -> Edit:
    """Give a call another value for its positional argument at ``place``, counted from 0."""

    def edit(tree: ast.Module) -> None:
        call = _with_argument(tree, function, place)
        exchange(tree, [call.args[place]], expression(value))

    return edit


def drop_argument(function: str, place: int) -> Edit:
    """Take a positional argument away."""

    def edit(tree: ast.Module) -> None:
        del _with_argument(tree, function, place).args[place]

    return edit


def set_keyword(function: str, name: str, value: str) -> Edit:
    """Give a call another value for a keyword argument that it has."""

    def edit(tree: ast.Module) -> None:
        exchange(tree, [keyword_of(call_of(tree, function), name).value], expression(value))

    return edit


def add_keyword(function: str, name: str, value: str) -> Edit:
    """Give a call a keyword argument that it has not."""

    def edit(tree: ast.Module) -> None:
        call = call_of(tree, function)
        if any(one.arg == name for one in call.keywords):
            raise DoesNotFit(f"`{function}` has an argument `{name}` already.")
        call.keywords.append(ast.keyword(arg=name, value=expression(value)))

    return edit


def drop_keyword(function: str, name: str) -> Edit:
    """Take a keyword argument away."""

    def edit(tree: ast.Module) -> None:
        call = call_of(tree, function)
        call.keywords.remove(keyword_of(call, name))

    return edit


def call_instead(function: str, other: str) -> Edit:
    """Call another function with the same arguments."""

    def edit(tree: ast.Module) -> None:
        exchange(tree, [call_of(tree, function).func], expression(other))

    return edit


def replace_call(function: str, value: str) -> Edit:
    """Put an expression in the place of a whole call."""

    def edit(tree: ast.Module) -> None:
        exchange(tree, [call_of(tree, function)], expression(value))

    return edit


def not_called(function: str) -> Edit:
    """Forget the parentheses: name a function, and do not call it."""

    def edit(tree: ast.Module) -> None:
        call = call_of(tree, function)
        exchange(tree, [call], call.func)

    return edit


def use_instead(name: str, value: str) -> Edit:
    """Use an expression wherever the value of a name was used."""

    def edit(tree: ast.Module) -> None:
        exchange(tree, loads_of(tree, name), expression(value))

    return edit


def set_value(name: str, value: str) -> Edit:
    """Assign another value to a name."""

    def edit(tree: ast.Module) -> None:
        exchange(tree, [assignment_to(tree, name).value], expression(value))

    return edit


def set_constant(old: object, new: str) -> Edit:
    """Put an expression in the place of a constant that is there once."""

    def edit(tree: ast.Module) -> None:
        constants = [one for one in ast.walk(tree) if isinstance(one, ast.Constant)]
        # True is equal to 1, and is another constant.
        alike = [one for one in constants if one.value == old and type(one.value) is type(old)]
        exchange(tree, [the_only(alike, f"constant {old!r}")], expression(new))

    return edit


def _with_argument(tree: ast.Module, function: str, place: int) -> ast.Call:
    call = call_of(tree, function)
    if place >= len(call.args):
        raise DoesNotFit(f"`{function}` has no positional argument at place {place}.")
    return call
