"""Cells compared as programs."""

import pytest

from autograder.program import same_program

CELL = 'model = check.blank("model")\n# Your code here\n'


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
