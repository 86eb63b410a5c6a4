"""The names in a cell: the same ones in every Python, whatever it takes for a scope of its own."""

from __future__ import annotations

import sys

import pytest

from autograder.notebooks.names import names_in

DEEP = 15
CASES: dict[str, tuple[set[str], set[str]]] = {
    "x = y + 1": ({"x"}, {"y"}),
    "import numpy as np\nfrom a.b import c as d, e": ({"np", "d", "e"}, set()),
    "import a.b.c": ({"a"}, set()),
    "(a, b), c = f()": ({"a", "b", "c"}, {"f"}),
    "for i in r:\n    z = i": ({"i", "z"}, {"r", "i"}),
    "with f() as g:\n    pass": ({"g"}, {"f"}),
    "try:\n    pass\nexcept E as e:\n    pass": ({"e"}, {"E"}),
    "match a:\n    case {'k': [b, *c], **d} if b:\n        pass": ({"b", "c", "d"}, {"a", "b"}),
    "model.fit(x)": (set(), {"model", "x"}),
    "x: int = a": ({"x"}, {"int", "a"}),
    "if (n := f()):\n    print(n)": ({"n"}, {"f", "print", "n"}),
    # ---- functions and classes
    "def g(p):\n    q = p + h\n    return q": ({"g"}, {"h"}),
    "def g():\n    global total\n    total = 1": ({"g", "total"}, set()),
    "def g():\n    q = 1\n    def h():\n        nonlocal q\n        q = r": ({"g"}, {"r"}),
    "def g(p=q, *a, r: s = t) -> u:\n    return p": ({"g"}, {"q", "s", "t", "u"}),
    "class A:\n    b = c": ({"A"}, {"c"}),
    "class A:\n    n = 1\n    def g(self):\n        return n": ({"A"}, {"n"}),
    "g = lambda p: p + h": ({"g"}, {"h"}),
    "lambda p=p: p": (set(), {"p"}),
    "@d\nasync def g():\n    async with e as f:\n        return await f": ({"g"}, {"d", "e"}),
    # ---- comprehensions: their variables are nobody else's
    "print([q for q in w])": (set(), {"print", "w"}),
    "print({q for q in w}, {q: r for q, r in w})": (set(), {"print", "w"}),
    "print(q for q in w if q > h)": (set(), {"print", "w", "h"}),
    "[q for q in q]": (set(), {"q"}),
    "q = 1\n[q for q in w]": ({"q"}, {"w"}),
    "[q for q in w]\nq": (set(), {"q", "w"}),
    "[q for p in w for q in p if p]": (set(), {"w"}),
    "[q for p in w for q in q]": (set(), {"w"}),
    "[[q for q in p] for p in w]": (set(), {"w"}),
    "[x for x in [y for y in z]]": (set(), {"z"}),
    "[p for p in [q for q in p]]": (set(), {"p"}),
    "[0 for a.b in w for c[i] in w]": (set(), {"a", "c", "i", "w"}),
    "[a + sum(b) for a, *b in w]": (set(), {"sum", "w"}),
    "[lambda r=q: q + r + h for q in w]": (set(), {"h", "w"}),
    "[(lambda q: q)(p) for p in w]": (set(), {"w"}),
    "r = [q async for q in w]\nawait f(r)": ({"r"}, {"f", "r", "w"}),
    "variable = [variable for _ in variable_]": ({"variable"}, {"variable", "variable_"}),
    "def g():\n    return [q for q in w]": ({"g"}, {"w"}),
    "def g():\n    q = 1\n    return [q for _ in w]": ({"g"}, {"w"}),
    "def g():\n    global q\n    return [q for q in w]": ({"g"}, {"w"}),
    "def g(a=[i for i in n]):\n    return i": ({"g"}, {"i", "n"}),
    "class A:\n    n = 1\n    b = [q for q in n]": ({"A"}, set()),
    "class A:\n    n = 1\n    b = [n for q in w]": ({"A"}, {"n", "w"}),
    "class A:\n    n = 1\n    b = [(lambda: (m := n)) for q in w]": ({"A"}, {"n", "w"}),
    # ---- := in a comprehension makes a name around it
    "[(y := q) for q in w]": ({"y"}, {"w"}),
    "[y for q in w if (y := f(q))]": ({"y"}, {"f", "w", "y"}),
    "[[(y := q) + z for q in p] for p in w]": ({"y"}, {"w", "z"}),
    "def g():\n    return [(y := q) for q in w], y": ({"g"}, {"w"}),
    "def g():\n    global y\n    return [(y := q) for q in w]": ({"g", "y"}, {"w"}),
    "g = lambda: [(y := q) for q in w]": ({"g"}, {"w"}),
    # ---- texts
    "f'{[a for a in b]!r:>{c}} {d}'": (set(), {"b", "c", "d"}),
    "'+'.join(f'{\"a\"}{x}' for x in y)": (set(), {"y"}),
    "x = f'{a}' 'b' f'\\n{c:\\t}'": ({"x"}, {"a", "c"}),
    "x = 'a\u2028%b'\ny = 1": ({"x", "y"}, set()),
    # ---- IPython's own lines, and what cannot be read
    "%matplotlib inline\n!pip list\nx = 1": ({"x"}, set()),
    "x = (1": (set(), set()),
    "\0": (set(), set()),
    "": (set(), set()),
}
# What Python 3.11 cannot read yet.
SINCE_3_12: dict[str, tuple[set[str], set[str]]] = {
    "type A[T] = list[T]": ({"A"}, {"list"}),
    "def g[T: B](a: T) -> T:\n    return [T for T in a]": ({"g"}, {"B"}),
    "class A[T](B[T]):\n    x: T = [y for y in z]": ({"A"}, {"B", "z"}),
    "f'{f'{x}'} {'y'}'": (set(), {"x"}),
}


@pytest.mark.parametrize("source", CASES)
def test_names_in_a_cell(source) -> None:
    names = names_in(source)
    assert (names.defined, names.used) == CASES[source]


@pytest.mark.parametrize("source", SINCE_3_12)
def test_names_in_a_cell_for_a_newer_python(source) -> None:
    names = names_in(source)
    assert (names.defined, names.used) == (
        SINCE_3_12[source] if sys.version_info >= (3, 12) else (set(), set())
    )


def test_comprehensions_may_stand_in_one_another() -> None:
    source = "x"
    for _ in range(DEEP):
        source = f"[{source} for x in y]"
    assert names_in(source).used == {"y"}
