"""Cells compared as programs."""

import functools
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from autograder.notebooks.normalize import MAX_CHARACTERS, parsed, same_program

CELL = 'model = check.blank("model")\n# Your code here\n'
PAIRS = tomllib.loads((Path(__file__).parents[1] / "look_alikes.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "other",
    [
        CELL,
        'model = check.blank("model")',
        "model=check.blank('model')  # mine",
        '\n\n   \nmodel = (\n    check.blank("model")\n)\n',
        'model = check.blank("model")\r\n# Your code here\r\n',
    ],
)
def test_formatting_and_comments_make_no_difference(other):
    assert same_program(CELL, other)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "model = None",
        CELL + "print(model)",
        CELL + '"a text of its own"',
        "model = check.blank('model'",
        "%%time\n" + CELL,
    ],
)
def test_another_program_is_another_program(other):
    assert not same_program(CELL, other)


@pytest.mark.parametrize("text", ["%%time\nfit()", "def (:", "x = 1\x00", "(" * 2000])
def test_what_python_cannot_read_is_the_same_as_its_own_bytes_alone(text):
    assert same_program(text, text)
    assert not same_program(text, text + "  \n")
    assert not same_program(text, text + " 1")


@pytest.mark.parametrize("pair", PAIRS["same"], ids=lambda pair: pair["why"])
def test_look_alikes_that_are_the_same(pair):
    assert same_program(pair["one"], pair["other"])
    assert behaviour(pair["one"]) == behaviour(pair["other"])


@pytest.mark.parametrize("pair", PAIRS["other"], ids=lambda pair: pair["why"])
def test_look_alikes_that_are_not(pair):
    assert not same_program(pair["one"], pair["other"])
    assert same_program(pair["one"], pair["one"])


def test_a_cell_that_is_too_long_is_not_read():
    text = f"x = '{'a' * (MAX_CHARACTERS - 7)}'"
    assert same_program(text, f"{text}#")
    assert not same_program(f"{text}##", f"{text}###")


@functools.lru_cache(maxsize=1)
def shell() -> InteractiveShell:
    """IPython itself, as it runs cells in a kernel."""
    return InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))


def behaviour(source: str) -> tuple:
    """What a cell leaves behind, what it puts out, and how it ends.

    What goes to the standard error quotes the text, and is shared with the same text alone.
    """
    ipython = shell()
    ipython.execution_count = 1
    before = dict(ipython.user_ns)
    with capture_output() as put_out:
        result = ipython.run_cell(source, store_history=True)
    left = {name: value for name, value in ipython.user_ns.items() if name not in before}
    ipython.user_ns.clear()
    ipython.user_ns.update(before)
    error = result.error_before_exec or result.error_in_exec
    if error:
        return (type(error).__name__,)
    plain = {
        name: re.sub("0x[0-9a-f]+", "", repr(one))
        for name, one in left.items()
        if not name.startswith("_")
    }
    return plain, put_out.stdout


def test_the_semicolon_is_ipythons_own():
    assert "2" in behaviour("1\n1 + 1  # ;")[1]
    assert "2" not in behaviour("1\n1 + 1;  # it is quiet")[1]


STRINGS = st.text("ab \t\n\r\\'\"#;%!?>\x0b\x0c\x1c\x85\u2028\u2029é", max_size=8)
QUOTES = st.sampled_from(["'", '"', "'''", '"""', "r'''", "f'''", "b'''", "u'"])
GAPS = st.sampled_from(
    [
        *("", " ", "  ", "\t", "\n", "\n\n", "   \n", "\r", "\r\n", "\n# a ; b\n", "  # a\n", ";"),
        *("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\ufeff", "\\\n"),
        *("#", "%", "!", "?", ">>> ", "... ", "\n>>> ", "\n  ", "In [1]: "),
    ]
)
PARTS = st.sampled_from(
    [
        *("x = 1", "y = x", "x", "x;", "who", "if x:\n    y = 2\nelse:\n    y = 3", "print(x)"),
        *("for z in range(3):\n    print(z)\nprint(9)", "pwd", "x = [1,\n     2]", "-x", "x ; y"),
        *("def f(): return '''a\n  b'''\nx = f()", "import math as x"),
    ]
)


@st.composite
def sources(draw) -> str:
    """A cell of a few statements and strings."""
    lines = [f"x = {quote}{text}{quote[-3:].strip('rfbu')}"
             for quote, text in draw(st.lists(st.tuples(QUOTES, STRINGS), max_size=2))]  # fmt: skip
    return "\n".join(draw(st.permutations(lines + draw(st.lists(PARTS, max_size=3)))))


@st.composite
def pairs(draw) -> tuple[str, str]:
    """A cell, and the same with a few changes anywhere in it, or with a part left out."""
    one = other = draw(sources())
    for _ in range(draw(st.integers(1, 3))):
        ends = [place for place, sign in enumerate(other) if sign == "\n"]
        anywhere = st.integers(0, len(other))
        place = draw(st.sampled_from([0, *ends, len(other)]) | anywhere)
        left_out = draw(st.sampled_from([0, 0, 0, 0, 1]))
        other = other[:place] + draw(GAPS) + other[place + left_out :]
    return one, other


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(pairs())
def test_two_cells_that_are_taken_for_one_program_behave_alike(pair):
    one, other = pair
    if one != other and same_program(one, other):
        event("the same program")
        assert behaviour(one) == behaviour(other)


@settings(deadline=None)
@given(sources(), st.lists(st.sampled_from(["", "  ", "# a", "#;"]), min_size=2, max_size=2))
def test_what_stands_around_a_program_makes_no_difference(source, around):
    whole = f"{around[0]}\n{source}\n{around[1]}"
    if parsed(source) and parsed(whole):
        assert same_program(source, whole)
