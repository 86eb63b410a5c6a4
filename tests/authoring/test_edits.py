"""Operators: each changes just what it says, and refuses what it does not fit."""

from __future__ import annotations

import pytest

from autograder.authoring.spec.call_edits import (
    add_keyword,
    call_instead,
    drop_argument,
    drop_keyword,
    not_called,
    replace_call,
    set_argument,
    set_constant,
    set_keyword,
    set_value,
    use_instead,
)
from autograder.authoring.spec.edits import Edit, edited
from autograder.authoring.spec.statement_edits import (
    assign_to,
    drop_item,
    first,
    insert_after,
    insert_before,
    instead,
    last,
    within,
)
from autograder.authoring.spec.syntax_trees import DoesNotFit

NET = "net = keras.Sequential([Flatten(), layers.Dense(10, use_bias=True)])"
FIT = "history = net.fit(x, y, epochs=5)"
LOOP = "for number in range(3):\n    total = total + number"

# The edit, the program before, and after.
CHANGES = {
    "an argument": (
        set_argument("Dense", 0, "11"),
        NET,
        "net = keras.Sequential([Flatten(), layers.Dense(11, use_bias=True)])",
    ),
    "an argument made from what it was": (
        set_argument("fit", 1, "_[::-1]"),
        FIT,
        "history = net.fit(x, y[::-1], epochs=5)",
    ),
    "an argument gone": (drop_argument("fit", 0), FIT, "history = net.fit(y, epochs=5)"),
    "a keyword": (
        set_keyword("fit", "epochs", "_ + _"),
        FIT,
        "history = net.fit(x, y, epochs=5 + 5)",
    ),
    "a keyword more": (
        add_keyword("fit", "verbose", "0"),
        FIT,
        "history = net.fit(x, y, epochs=5, verbose=0)",
    ),
    "a keyword less": (drop_keyword("fit", "epochs"), FIT, "history = net.fit(x, y)"),
    "another function": (
        call_instead("Dense", "layers.Conv2D"),
        NET,
        "net = keras.Sequential([Flatten(), layers.Conv2D(10, use_bias=True)])",
    ),
    "a whole call": (
        replace_call("fit", "print(_)"),
        FIT,
        "history = print(net.fit(x, y, epochs=5))",
    ),
    "parentheses forgotten": (not_called("fit"), FIT, "history = net.fit"),
    "a name, where it is used": (
        use_instead("total", "_ * 2"),
        LOOP,
        "for number in range(3):\n    total = total * 2 + number",
    ),
    "a value": (
        set_value("history", "_.history"),
        FIT,
        "history = net.fit(x, y, epochs=5).history",
    ),
    "a constant": (set_constant(True, "False"), NET, NET.replace("True", "False")),
    "an item less": (
        drop_item("Flatten"),
        NET,
        "net = keras.Sequential([layers.Dense(10, use_bias=True)])",
    ),
    "an item before": (
        insert_before("Dense", "Dropout(0.5)"),
        NET,
        "net = keras.Sequential([Flatten(), Dropout(0.5), layers.Dense(10, use_bias=True)])",
    ),
    "an item after": (
        insert_after("Dense", "Softmax()"),
        NET,
        "net = keras.Sequential([Flatten(), layers.Dense(10, use_bias=True), Softmax()])",
    ),
    "a statement first": (first("x = 1"), FIT, f"x = 1\n{FIT}"),
    "a statement last": (last("net = None"), FIT, f"{FIT}\nnet = None"),
    "a statement around": (within("with here: ..."), FIT, f"with here:\n    {FIT}"),
    "another name for a result": (
        assign_to("history", "history", "net"),
        FIT,
        "history = net = net.fit(x, y, epochs=5)",
    ),
    "no name for a result": (assign_to("history"), FIT, "net.fit(x, y, epochs=5)"),
    "no name for a result in a loop": (
        assign_to("total"),
        LOOP,
        "for number in range(3):\n    total + number",
    ),
    "another program": (instead("history = None"), FIT, "history = None"),
}

# The edit, and a program that it does not fit.
MISFITS = {
    "no such call": (set_argument("Dense", 0, "1"), FIT),
    "two such calls": (drop_item("Dense"), "net = [Dense(1), Dense(2)]"),
    "no such argument": (set_argument("Dense", 1, "1"), NET),
    "no argument to drop": (drop_argument("Flatten", 0), NET),
    "no such keyword": (set_keyword("fit", "verbose", "0"), FIT),
    "no keyword to drop": (drop_keyword("fit", "verbose"), FIT),
    "the keyword is there already": (add_keyword("fit", "epochs", "6"), FIT),
    "the name is used nowhere": (use_instead("history", "net"), FIT),
    "no such assignment": (set_value("net", "None"), FIT),
    "two such assignments": (assign_to("a", "b"), "a = 1\na = 2"),
    "no such constant": (set_constant(6, "7"), FIT),
    "the constant is there twice": (set_constant(28, "29"), "a = 28 * 28"),
    "1 is not True": (set_constant(1, "0"), NET),
    "no list around it": (insert_before("fit", "x"), FIT),
    "nothing with a body": (within("print()"), FIT),
    "the same as before": (set_keyword("fit", "epochs", "5"), FIT),
    "the same but for its layout": (instead("history = net.fit(x,\n  y, epochs = 5) # ok"), FIT),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_operator_changes_just_this(name: str) -> None:
    """What comes out is the program before but for the one thing."""
    edit, before, after = CHANGES[name]
    assert edited(before, edit) == after


@pytest.mark.parametrize("name", MISFITS)
def test_an_operator_refuses_what_it_does_not_fit(name: str) -> None:
    """An edit that changes nothing, or could mean more than one place, is an error."""
    edit, before = MISFITS[name]
    with pytest.raises(DoesNotFit):
        edited(before, edit)


def test_the_program_before_is_not_touched() -> None:
    """An edit can be used again and again."""
    edit = set_keyword("fit", "epochs", "_ + 1")
    assert edited(FIT, edit) == edited(FIT, edit)


def test_edits_follow_each_other() -> None:
    """The second one sees what the first one has made."""
    found = edited(FIT, set_keyword("fit", "epochs", "6"), set_keyword("fit", "epochs", "_ + 1"))
    assert found == "history = net.fit(x, y, epochs=6 + 1)"


def test_without_edits_the_text_stays() -> None:
    """Comments and layout too."""
    assert edited("a = 1  # one") == "a = 1  # one"


@pytest.mark.parametrize("edit", [assign_to("history", "net.fit()"), last("return history")])
def test_what_is_no_python_is_refused(edit: Edit) -> None:
    """A mutant stops for the reason that it was made for, not for a slip of ours."""
    with pytest.raises(DoesNotFit, match="not Python"):
        edited(FIT, edit)
