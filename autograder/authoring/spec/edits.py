"""Edits: each changes one thing in the program of a cell, or says that it does not fit.

A mutant is never silently the program that it was made from.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from autograder.authoring.spec.syntax_trees import DoesNotFit
from autograder.notebooks.normalize import same_program

Edit = Callable[[ast.Module], None]


def edited(source: str, *edits: Edit) -> str:
    """Apply these edits to a program, one after the other.

    Raises:
        DoesNotFit: one does not fit, changes nothing, or makes what is not Python.
    """
    for edit in edits:
        before, tree = source, ast.parse(source)
        try:
            edit(tree)
            source = ast.unparse(ast.fix_missing_locations(tree))
            compile(source, "a mutant", "exec")
        except SyntaxError as error:
            raise DoesNotFit(f"What comes of it is not Python: {error}.") from error
        if same_program(before, source):
            raise DoesNotFit("The program is the same as before.")
    return source
