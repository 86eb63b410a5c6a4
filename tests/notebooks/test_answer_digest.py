"""Which answers are alike for the person who marks them, and which only seem so."""

from __future__ import annotations

import contextlib
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.notebooks.answer_digest import answer_digest, cell_names
from autograder.notebooks.normalize import MAX_CHARACTERS

OUTSIDE = frozenset({"model", "train_images"})


def alike(one: str, other: str) -> bool:
    return answer_digest(one, OUTSIDE) == answer_digest(other, OUTSIDE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model = f( 1)  # mine", "# other\n\nmodel = f(1)"),
        ("x = 1\nmodel = f(x)", "number = 1\nmodel = f(number)"),
        ("model = [a for a in range(3)]", "model = [b for b in range(3)]"),
        ("for i in range(3):\n    model.add(i)", "for k in range(3):\n    model.add(k)"),
        ("with open() as a:\n    model = a", "with open() as b:\n    model = b"),
        ("if (n := 3) > 2:\n    model = n", "if (m := 3) > 2:\n    model = m"),
        ("model = f(1)\nmodel.summary()", "model = f(1)\nprint('mine', len(model.layers))\nmodel"),
        ('model = check.blank("model")\nmodel = f(1)', "model = f(1)"),
    ],
)
def test_local_names_layout_and_what_is_only_shown_make_no_difference(one: str, other: str) -> None:
    assert one != other
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model = f(1)", "model = f(2)"),
        # Names from other cells: read before they are written here.
        ("a = a / 255\nmodel = f(a)", "b = b / 255\nmodel = f(b)"),
        ("a += 1", "b += 1"),
        ("model = f(a)\na = 1", "model = f(b)\nb = 1"),
        # Names that the lesson asks for.
        ("model = f(1)", "modell = f(1)"),
        ("train_images = f(1)", "images = f(1)"),
        # Two that are exchanged.
        ("a, b = f()\nmodel = g(a, b)", "b, a = f()\nmodel = g(a, b)"),
        # Parameters can be named where a function is called.
        (
            "def f(a, b): return a - b\nmodel = f(a=1, b=2)",
            "def f(b, a): return b - a\nmodel = f(a=1, b=2)",
        ),
        ("class A:\n    units = 1\nmodel = A().units", "class A:\n    unit = 1\nmodel = A().units"),
        ("x = 1\nmodel = eval('x')", "y = 1\nmodel = eval('x')"),
        ("x = 1\nmodel = getattr(me, 'x')", "y = 1\nmodel = getattr(me, 'x')"),
        ("x = 1\nmodel = f.__globals__['x']", "y = 1\nmodel = f.__globals__['x']"),
        ("x = 1\nmodel = me.eval('x')", "y = 1\nmodel = me.eval('x')"),
        ("x = 1\nmodel = all_of['__main__'].x", "y = 1\nmodel = all_of['__main__'].x"),
        ("x = 1\nmodel = f'{x=}'", "y = 1\nmodel = f'{y=}'"),
        # What is there without being made.
        ("len = f\ndel len\nmodel = len(x)", "foo = f\ndel foo\nmodel = foo(x)"),
        ("global x\nx = 1", "global y\ny = 1"),
        # What is shown is made there.
        ("print(model.fit(1))", "print(model.fit(2))"),
        ("model = f(1)", "model = f(1) +"),
        ("model = f(1)", "model = f(1)\n[0 for model.rate in [1]]"),
        ("model = f(1)", "model = f(1)\n[0 for train_images[0] in [1]]"),
        # What usually only shows something does something else.
        ("def len(a): return f(a)", "def len(a): return f(a)\nlen('')"),
        ("print = model.add", "print = model.add\nprint(1)"),
        ("from mine import *", "from mine import *\nprint(1)"),
        (
            "class A:\n    def summary(self): f()",
            "class A:\n    def summary(self): f()\nA().summary()",
        ),
        # Not only a blank.
        ("model = f(1)", "x = check.blank('model') if 0 else g()\nmodel = f(1)"),
        ("model = f(1)", "model = check.blank(g())\nmodel = f(1)"),
        ("model = f(1)", "train_images = check.blank('model')\nmodel = f(1)"),
        ("model = f(1)", "model = f(1)\nmodel = check.blank('model')"),
        # How the first one is compared, as a program of its own.
        ("pass", "Module(body=[Pass()])"),
        ("model = None", "model = 0"),
        ("model = 1", "model = True"),
    ],
)
def test_what_may_behave_otherwise_is_another_answer(one: str, other: str) -> None:
    assert not alike(one, other)


@pytest.mark.parametrize(
    "source", ["", "# nothing", 'model = check.blank("model")\n# Your code here', "model.layers"]
)
def test_an_answer_that_does_nothing_has_no_digest(source: str) -> None:
    assert answer_digest(source, OUTSIDE) == ""


@pytest.mark.parametrize(
    "source", ["1 +", "x" * (MAX_CHARACTERS + 1), "%time f()", "-" * 9000 + "1", "\udc80 = 1"]
)
def test_what_cannot_be_parsed_is_compared_as_text(source: str) -> None:
    assert answer_digest(source, OUTSIDE) == answer_digest(f"{source}\n", OUTSIDE)
    assert answer_digest(source, OUTSIDE) != answer_digest(f"{source} # other", OUTSIDE)


def test_the_digest_is_the_same_in_every_version_of_python() -> None:
    """Decisions are kept by it."""
    source = "def f(x):\n    return [y for y in x]\nmodel = f'{f(train_images)}'"
    assert answer_digest(source, OUTSIDE)[:12] == "c061cc964b64"


@pytest.mark.parametrize(
    ("source", "stored", "used"),
    [
        ("a = f(b)", {"a"}, {"f", "b"}),
        ("a += 1\nb = a", {"a", "b"}, {"a"}),
        ("a = 1\nb = eval('c')", {"a", "b"}, {"a", "b", "c", "eval", "1"}),
        ("%time a = b", set(), {"time", "a", "b"}),
        ("import a\ndef f(b): return c", {"a", "f", "b"}, {"c"}),
    ],
)
def test_the_names_that_a_cell_stores_and_takes_from_others(source, stored, used) -> None:
    names = cell_names(source)
    assert (names.defined, names.used) == (stored, used)


NAMES = st.sampled_from(["a", "b", "c", "len", "model"])
VALUES = st.recursive(
    st.one_of(st.sampled_from(["1", "2", "train_images"]), NAMES),
    lambda inner: st.one_of(
        st.builds("f({}, {})".format, inner, inner),
        st.builds("f(a={})".format, inner),
        st.builds("[{1} for {0} in [{2}]]".format, NAMES, inner, inner),
        st.builds("(lambda {0}={1}: {2})()".format, NAMES, inner, inner),
        st.builds("({} := {})".format, NAMES, inner),
        st.builds("f'{{{}}}'".format, inner.filter(lambda one: "'" not in one)),
    ),
    max_leaves=3,
)
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, VALUES),
    st.builds("{}, {} = {}, {}".format, NAMES, NAMES, VALUES, VALUES),
    st.builds("{} += {}".format, NAMES, VALUES),
    st.builds("del {}".format, NAMES),
    st.builds("for {} in {}, {}: {} = {}".format, NAMES, VALUES, VALUES, NAMES, VALUES),
    st.builds("if {}: {} = {}".format, VALUES, NAMES, VALUES),
    st.builds(
        "def {0}({1}={2}): return {3}\n{4} = {0}()".format, *[NAMES, NAMES], VALUES, VALUES, NAMES
    ),
    st.builds("def {0}():\n global {1}\n {1} = {2}\n{0}()".format, NAMES, NAMES, VALUES),
    st.builds("class {0}: {1} = {2}\n{3} = {0}.{1}".format, *[NAMES, NAMES], VALUES, NAMES),
    st.builds("match {0}:\n case {1}: {2} = {3}".format, VALUES, NAMES, NAMES, VALUES),
    st.builds("[0 for {}.x in [{}]]".format, st.just("train_images"), VALUES),
    st.sampled_from(["print(1)", "model", "len('')"]),
    st.sampled_from(["model = check.blank('model')", "model = check.blank('model') if 0 else 3"]),
)
PROGRAMS = st.lists(STATEMENTS, max_size=3).map(lambda some: ["a, b, c = 1, 2, 3", *some])
OLD = st.sampled_from(["a", "b", "1", "len"])
NEW = st.sampled_from(["b", "c", "2", "len"])


class _Seen:
    """Something that is there before the cell, with what is done to it."""

    def __repr__(self) -> str:
        return f"seen {vars(self)}"


def _done(source: str) -> object:
    """What a cell leaves outside of itself; ``None`` where it stops."""
    seen: list[str] = []

    def f(*given: object, **named: object) -> int:
        seen.append(f"{given} {named}")
        return len(seen)

    names = {"f": f, "model": "blank model", "train_images": _Seen(), "check": _Blanks()}
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(source, names)  # noqa: S102  made by this test
        except Exception:  # noqa: BLE001  it stops
            return None
    left = str((seen, names.get("model"), names["train_images"]))
    return re.sub("0x[0-9a-f]+", "", left)


class _Blanks:
    def blank(self, name: str) -> str:
        return f"blank {name}"


@settings(max_examples=100, deadline=None)
@given(PROGRAMS, st.one_of(st.tuples(OLD, NEW), st.tuples(st.integers(0, 4), STATEMENTS)))
def test_answers_that_are_alike_do_the_same(
    program: list[str], edit: tuple[str, str] | tuple[int, str]
) -> None:
    """Whatever is renamed or added in one of them; a cell that stops is known by its output."""
    one = other = "\n".join(program)
    match edit:
        case int(place), more:
            other = "\n".join([*program[:place], more, *program[place:]])
        case str(old), new:
            other = re.sub(rf"\b{old}\b", new, one)
    if alike(one, other):
        done = {_done(one), _done(other)}
        assert None in done or len(done) == 1
