"""An edit changes just what it says, and refuses what it does not fit."""

from __future__ import annotations

import pytest

from autograder.authoring.mutation.make import DoesNotFit, edited

FIT = "history = net.fit(\n    x,  # images\n    y,\n    epochs=5,\n)"

# The edit, and the program after.
CHANGES = {
    "a value": (("epochs=5", "epochs=6"), FIT.replace("5", "6")),
    "a line less": (("    epochs=5,\n", ""), "history = net.fit(\n    x,  # images\n    y,\n)"),
    "a statement before": (("history =", "x = x / 255\nhistory ="), f"x = x / 255\n{FIT}"),
    "another program": ("\nhistory = None\n", "history = None"),
}

# The edit, and what is said of it.
MISFITS = {
    "the text is not there": (("epochs=7", "epochs=8"), "one “epochs=7”, and there are none"),
    "the text is there twice": (("    ", ""), "one “    ”, and there are 3"),
    "the same as before": (("epochs=5", "epochs=5"), "the same as before"),
    "the same but for a comment": (("# images", "# photos"), "the same as before"),
    "the same but for its layout": (
        "history = net.fit(x,\n  y, epochs = 5) # ok",
        "the same as before",
    ),
    "no Python": (("history =", "history, 1 ="), "not Python"),
    "a statement where none may be": ("return 1", "not Python"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_changes_just_this(name: str) -> None:
    """Comments and layout stay."""
    edit, after = CHANGES[name]
    assert edited(FIT, edit) == after


@pytest.mark.parametrize("name", MISFITS)
def test_an_edit_refuses_what_it_does_not_fit(name: str) -> None:
    """A mutant is never the program before, and stops for the reason that it was made for."""
    edit, says = MISFITS[name]
    with pytest.raises(DoesNotFit, match=says):
        edited(FIT, edit)
