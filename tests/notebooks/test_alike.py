"""Which answers are alike for the person who marks them, and which only seem so."""

from __future__ import annotations

import pytest

from autograder.notebooks.alike import answer_digest
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
        ("x = 1\nmodel = f'{x=}'", "y = 1\nmodel = f'{y=}'"),
        ("global x\nx = 1", "global y\ny = 1"),
        # What is shown is made there.
        ("print(model.fit(1))", "print(model.fit(2))"),
        ("model = f(1)", "model = f(1) +"),
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
