"""Hints for errors of Keras."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.core.error_hint import ErrorFacts, ErrorHint, nearest
from autograder.judge.error_hints.python import no_setting
from autograder.judge.error_hints.vocabulary import WORDS

SHAPES = (
    r"[Ee]xpected shape (?P<wanted>\([^)]*\)), but input has incompatible shape (?P<got>\([^)]*\))"
)


def _shape(groups: Mapping[str, str], _: ErrorFacts) -> str:
    wanted, got = (_sides(groups[name]) for name in ("wanted", "got"))
    if got == wanted[1:]:
        return (
            f"The model takes a batch, and was given a single example of shape {groups['got']}: a"
            " batch has one side more in front, also where it holds one example only."
        )
    return (
        f"The model takes examples of shape {_shown(wanted[1:])}, and these are of shape"
        f" {_shown(got[1:])}: look at its input, and at what it is given."
    )


def _sides(shape: str) -> list[str]:
    return re.findall(r"\w+", shape)


def _shown(sides: list[str]) -> str:
    return f"({', '.join(sides)}{',' if len(sides) == 1 else ''})"


def _identifier(groups: Mapping[str, str], _: ErrorFacts) -> str:
    meant = nearest(groups["name"], WORDS)
    perhaps = f"perhaps `{meant}` was meant" if meant else "look for a slip of the pen"
    return f"Keras knows no {groups['what']} called `{groups['name']}`; {perhaps}."


KERAS = (
    ErrorHint(
        "ValueError",
        r"invalid value for `units`.*Received: units=(?P<units>[^\n]*)",
        "The number of neurons should be a plain whole number of Python's, and this one ({units})"
        " is of another kind: `int(…)` makes one of it.",
    ),
    ErrorHint(
        "ValueError",
        r"You must call `compile\(\)` before using the model",
        "The model is not compiled yet: run the cell that compiles it, then this one again. A model"
        " that was built anew has to be compiled anew.",
    ),
    ErrorHint("ValueError", SHAPES, _shape),
    ErrorHint(
        "ValueError",
        r"Data cardinality is ambiguous.*?sizes: (?P<x>\d+).*?sizes: (?P<y>\d+)",
        "There are {x} images and {y} labels, and each image needs its own: perhaps they come from"
        " different sets.",
    ),
    ErrorHint(
        "ValueError",
        r"Could not interpret (?P<what>[a-z ]+?)(?: function)? identifier: (?P<name>\w+)",
        _identifier,
    ),
    ErrorHint(
        "ValueError",
        r"Expected `(?P<name>\w+)` argument to be a list",
        "`{name}` takes a list, so square brackets are needed, also around a single one.",
    ),
    ErrorHint(
        "ValueError",
        r"Only instances of `keras.Layer` can be added.*Received: <class '[\w.]*?(?P<layer>\w+)'>",
        "`{layer}` stands there without round brackets: `{layer}(…)` makes a layer of it.",
    ),
    ErrorHint(
        "ValueError",
        r"(?:Argument `name` must be a string|Expected `trainable` to be a boolean).*Received:"
        r" \w+=<\w+ name=",
        "`Sequential` takes one list of layers: put them between `[` and `]`.",
    ),
    ErrorHint(
        "ValueError",
        r"Cannot convert '(?P<side>\d+)' to a shape",
        "A shape is given in brackets of its own, as in `(28, 28)` or `(784,)`; {side} alone is"
        " none.",
    ),
    ErrorHint(
        "ValueError",
        r"Unrecognized keyword arguments passed to (?P<function>\w+): \{'(?P<name>\w+)'",
        no_setting,
    ),
    ErrorHint(
        "ValueError",
        r"^None values not supported",
        "Something that is needed was not given: training needs images and their labels, and so"
        " does the quiz, as a pair.",
    ),
    ErrorHint(
        "Exception",
        r"URL fetch failure",
        "The data could not be downloaded: look at the connection, or run `autograder data` in a"
        " terminal, which also finds it elsewhere.",
    ),
)
