"""The names that a cell defines and those that it uses: read from its text, without running it."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# Replaces every variable of a comprehension; lengthened until the cell has no such name.
VARIABLE = "variable"
# What is recorded of a cell: characters of its source, names, characters of a name.
MAX_LENGTH, MAX_DEFINED, MAX_NAME = 10_000, 64, 80


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names that a cell defines for the cells after it, and those that it uses."""

    defined: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


def names_in(source: str) -> Names:
    """Find the names in a cell; none if Python cannot parse it. Lines for IPython are ignored."""
    # Not splitlines(): it also splits at characters that may be in the middle of a string.
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!", "?"))]
    variable = VARIABLE
    while variable in source:
        variable += "_"
    try:
        plain = _WithoutComprehensions(variable).visit(ast.parse("\n".join(lines)))
        whole = symtable.symtable(ast.unparse(plain), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    own = whole.get_symbols()
    nested = [
        one for part in _nested_scopes(whole) for one in part.get_symbols() if one.is_global()
    ]
    found = [one for one in [*own, *nested] if one.get_name() != variable]
    return Names(
        defined=frozenset(
            one.get_name() for one in found if one.is_assigned() or one.is_imported()
        ),
        used=frozenset(one.get_name() for one in found if one.is_referenced()),
    )


def defined_in(source: str) -> tuple[str, ...]:
    """Return names that a cell defines, for a record: a limited number, none of a long cell."""
    if len(source) > MAX_LENGTH:
        return ()
    defined = sorted(names_in(source).defined)[:MAX_DEFINED]
    return tuple(name for name in defined if len(name) <= MAX_NAME)


def _nested_scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield the functions and classes in it, recursively."""
    for part in table.get_children():
        yield part
        yield from _nested_scopes(part)


class _WithoutComprehensions(ast.NodeTransformer):
    """Replaces a comprehension by its parts, which have the same names.

    What ``symtable`` says of one depends on the version of Python: since PEP 709 (Python 3.12) a
    comprehension may belong to the function around it, and its variables with it.
    """

    def __init__(self, variable: str) -> None:
        self._variable = variable
        self._variables: frozenset[str] = frozenset()

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        return self._expanded(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> ast.expr:
        return self._expanded(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        return self._expanded(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        return self._expanded(node, [node.key, node.value])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self._variable) if node.id in self._variables else node

    # Of an f-string only the expressions: not every f-string that parses can be unparsed.
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return _tuple(self.visit(one) for one in node.values)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        return _tuple(self.visit(one) for one in (node.value, node.format_spec) if one)

    def _expanded(self, node: Comprehension, results: list[ast.expr]) -> ast.expr:
        first, *others = node.generators
        # The only part that is evaluated outside: without the variables, but in a class's body.
        outside = self.visit(first.iter)
        before = self._variables
        self._variables |= {
            name.id
            for one in node.generators
            for name in ast.walk(one.target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        parts = [first.target, *first.ifs]
        for one in others:
            parts += [one.target, one.iter, *one.ifs]
        inside = _tuple(self.visit(part) for part in (*parts, *results))
        self._variables = before
        # A `:=` defines its name around the comprehension; Python forbids it in a class's body.
        own_scope = not any(_makes_a_name(part) for part in (*parts, *results))
        nothing = ast.arguments([], [], None, [], [], None, [])
        return _tuple([outside, ast.Lambda(nothing, inside) if own_scope else inside])


def _makes_a_name(node: ast.AST) -> bool:
    if isinstance(node, ast.NamedExpr | ast.Lambda):
        return isinstance(node, ast.NamedExpr)
    return any(_makes_a_name(part) for part in ast.iter_child_nodes(node))


def _tuple(parts: Iterator[ast.expr] | list[ast.expr]) -> ast.expr:
    return ast.Tuple(list(parts), ast.Load())
