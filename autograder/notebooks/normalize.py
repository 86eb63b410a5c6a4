"""Source code compared as programs: comments, blank lines and formatting make no difference.

Two cells are the same program only if it is certain that they behave alike. A cell is transformed
as IPython does it and parsed as Python does it; where a doubt remains, only a cell with the same
bytes is the same program. Cells of one program may still differ in the text that Python itself
quotes: tracebacks, warnings, and the lines of a function.
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import keyword
import re
import tokenize
import types
import warnings
from collections.abc import Iterable
from typing import Any

# Python's parser and IPython's reader take time and memory that grow with the square of some texts:
# `import a.a.a…` of 50,000 characters takes most of a GiB. No cell of a lesson is nearly as long.
MAX_CHARACTERS = 10_000
# The first word of a line, and what follows.
WORDS = re.compile(r"\s*([\w.*]*)[ \t]*(.?)")
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, Warning, tokenize.TokenError)


def same_program(one: str, other: str) -> bool:
    """Return whether two cells are the same program."""
    return one == other or program_of(one) == program_of(other)


# The lesson's own cells are the same in every submission.
@functools.lru_cache(maxsize=4096)
def program_of(source: str) -> str:
    """Return a digest of what a cell does, regardless of how it is written.

    Where that is not certain, it is a digest of the cell's bytes.
    """
    try:
        parts = ["program", *_meaning(source)]
    except UNREADABLE:
        parts = ["text", source]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def program_digest(cells: Iterable[str]) -> str:
    """Return a digest of what cells do, one after the other."""
    # All parts have the same length: no two lists of them can run together to the same text.
    return hashlib.sha256("".join(map(program_of, cells)).encode()).hexdigest()


def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, as IPython runs it.

    ``None`` where Python cannot parse it or warns about it, and where IPython changes more than
    leading blank lines and indentation.
    """
    try:
        return _parse(_as_run(source))
    except UNREADABLE:
        return None


def _meaning(source: str) -> tuple[str, str]:
    run = _as_run(source)
    tree = _parse(run)
    return ast.dump(tree), str(_is_silent(run, tree))


def _as_run(source: str) -> str:
    """Return a cell as IPython runs it.

    Raises:
        SyntaxError: it is not certain that this is the same program.
    """
    # Loading IPython takes a while, and most commands compare nothing.
    from IPython.core import inputtransformer2 as ipython  # noqa: PLC0415

    if len(source) > MAX_CHARACTERS or _may_be_magic(source):
        raise SyntaxError
    manager: Any = ipython.TransformerManager()
    whole = source if source.endswith("\n") else f"{source}\n"
    lines = whole.splitlines(keepends=True)
    tidy = ipython.leading_indent(ipython.leading_empty_lines(lines))
    run = tidy
    for step in (*manager.cleanup_transforms, *manager.line_transforms):
        run = step(run)
    tokens = ipython.make_tokens_by_line(run)
    if run != tidy or any(special.find(tokens) for special in manager.token_transformers):
        raise SyntaxError
    # IPython tidies strings of several lines as well: then it runs another program.
    if run != lines and _is_changed(whole, "".join(run)):
        raise SyntaxError
    return "".join(run)


def _is_changed(written: str, run: str) -> bool:
    try:
        tree = _parse(written)
    except SyntaxError:
        # It was indented as a whole.
        return False
    return ast.dump(tree) != ast.dump(_parse(run))


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        # In a notebook that turns warnings into errors, what is warned about does not run.
        warnings.simplefilter("error")
        return ast.parse(text)


def _may_be_magic(source: str) -> bool:
    """Return whether IPython may take a cell of one line for a magic command without its ``%``.

    It does where the first word is the name of one, and nothing in the notebook has that name.
    """
    if len(source.strip().splitlines()) != 1:
        return False
    word, after = WORDS.match(source).groups()  # type: ignore[union-attr]  # it matches anything
    if not word or "." in word or after in ("=", ",", "'", '"') or keyword.iskeyword(word):
        return False
    # `exit` and its like are builtins too, and called where they stand alone.
    function = (type, types.BuiltinFunctionType)
    return not (word[0].isdigit() or isinstance(getattr(builtins, word, None), function))


def _is_silent(run: str, tree: ast.Module) -> bool:
    """Return whether the last value is not displayed because the line ends with a semicolon."""
    from IPython.core.displayhook import DisplayHook  # noqa: PLC0415

    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.Expr) and DisplayHook.semicolon_at_end_of_expression(run)
