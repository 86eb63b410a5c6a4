"""Using a blank says so in one friendly line; looking at it does not."""

import copy
import operator
import pickle

import numpy as np
import pytest

from autograder.core.verdicts import NotAttempted
from autograder.kernel.placeholder import Blank, used


@pytest.mark.parametrize(
    "use",
    [
        lambda blank: blank(),
        lambda blank: blank[0],
        lambda blank: operator.setitem(blank, 0, 1),
        lambda blank: operator.delitem(blank, 0),
        list,
        next,
        lambda blank: 1 in blank,
        reversed,
        lambda blank: blank.fit,
        lambda blank: blank.history["loss"],
        lambda blank: setattr(blank, "trainable", False),
        lambda blank: delattr(blank, "trainable"),
        len,
        bool,
        int,
        float,
        complex,
        abs,
        round,
        operator.index,
        operator.neg,
        operator.invert,
        np.asarray,
        np.argmax,
        lambda blank: np.zeros(3)[blank],
        lambda blank: f"{blank}",
        lambda blank: f"{blank:.2f}",
        lambda blank: blank == 1,
        lambda blank: blank != 1,
        lambda blank: np.uint8(1) == blank,
        lambda blank: sum([1, blank]),
        lambda blank: max([1, blank]),
        *(
            lambda blank, operate=operate, turn=turn: operate(*((1, blank) if turn else (blank, 1)))
            for turn in (False, True)
            for operate in (
                *(operator.add, operator.sub, operator.mul, operator.matmul, operator.truediv),
                *(operator.floordiv, operator.mod, operator.pow, operator.lt, operator.ge),
                *(operator.and_, operator.or_, operator.xor),
            )
        ),
    ],
)
def test_every_use_says_that_it_is_blank(use) -> None:
    with pytest.raises(NotAttempted, match="`model` is still blank") as caught:
        use(Blank("model"))
    assert "makes `model`" in caught.value.help


def test_looking_does_no_harm() -> None:
    blank = Blank("model")
    assert repr(blank) == str(blank) == "‹model: still blank›"
    assert not hasattr(blank, "shape")
    assert not hasattr(blank, "_repr_html_")
    assert {blank: 1}[blank] == 1
    assert blank is not None
    assert isinstance(blank, Blank)
    assert type(blank).__name__ == "Blank"
    dir(blank)
    copy.copy(blank)
    pickle.dumps(blank)


def test_used() -> None:
    assert used(7) == 7
    with pytest.raises(NotAttempted):
        used(Blank("history"))
