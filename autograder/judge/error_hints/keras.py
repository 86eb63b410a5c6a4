"""Hints for errors of Keras."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from autograder.core.error_hint import ErrorFacts, Sentences, hints, nearest
from autograder.judge.error_hints.python import no_setting
from autograder.judge.error_hints.vocabulary import WORDS

SHAPES = (
    r"[Ee]xpected shape (?P<wanted>\([^)]*\)), but input has incompatible shape (?P<got>\([^)]*\))"
)
AXIS = (
    r"of layer '\w+' is incompatible with the layer: expected axis -1 of input shape to have value"
    r" (?P<wanted>\d+).*?inputs=[^(\n]*\(shape=\((?P<got>[^)]*)\)"
)
# The same from a model that was called before, and knows less of its inputs then.
MATRIX = r"Matrix size-incompatible: In\[0\]: \[(?P<got>\d+,\d+)\], In\[1\]: \[(?P<wanted>\d+),"
BATCH = "the batch axis comes first, even for a single example, as in `images[i:i + 1]`"


def _shape(groups: Mapping[str, str], _: ErrorFacts) -> str:
    wanted, got = (_sides(groups[name]) for name in ("wanted", "got"))
    if got == wanted[1:]:
        return (
            f"The model takes a batch, and was given a single example of shape {groups['got']}:"
            f" {BATCH}."
        )
    if len(got) == 1:
        return (
            f"The model takes examples of shape {_shown(wanted[1:])}, and was given a row of single"
            " numbers: perhaps labels in the place of images, or one image without the batch axis,"
            " which comes first."
        )
    return (
        f"The model takes examples of shape {_shown(wanted[1:])}, and these are of shape"
        f" {_shown(got[1:])}: look at its input, and at what it is given."
    )


def _axis(groups: Mapping[str, str], _: ErrorFacts) -> str:
    """Return the sentence for examples that reach a layer with another number of values."""
    sides = [int(side) for side in _sides(groups["got"]) if side.isdigit()]
    wanted = int(groups["wanted"])
    if math.prod(sides) == wanted:
        return f"The model takes a batch, and was given a single example: {BATCH}."
    return (
        f"A layer of the model takes {wanted:,} numbers for each example, and these examples have"
        f" {math.prod(sides[1:]):,}: look at the model's input, and at what it is given; the batch"
        " axis comes first."
    )


def _sides(shape: str) -> list[str]:
    return re.findall(r"\w+", shape)


def _shown(sides: list[str]) -> str:
    return f"({', '.join(sides)}{',' if len(sides) == 1 else ''})"


def _identifier(groups: Mapping[str, str], _: ErrorFacts) -> str:
    meant = nearest(groups["name"], WORDS)
    perhaps = f"perhaps `{meant}` was meant" if meant else "check its spelling"
    return f"Keras knows no {groups['what']} called `{groups['name']}`; {perhaps}."


# A scope that could not be opened stays open until the kernel ends.
RENAME = (
    " Choose a name of plain letters (A to Z), digits, `_`, `-` and `.` that begins with a letter,"
    " or leave `name=` out. Then restart the kernel and run all cells, because the old name stays"
    " until then."
)
SENTENCES: Sentences = {
    "ValueError|InvalidArgumentError": {
        r"'(?P<name>[^'\n]+)' is not a valid (?:root )?scope name": (
            "TensorFlow does not accept a layer, a model or the like with the name `{name}`."
            + RENAME
        ),
        r"[Nn]ode name contains invalid characters|is not a valid (?:node|scope) name": (
            "TensorFlow does not accept the name of a layer, a model or the like." + RENAME
        ),
        r"^Argument `name` must be a string and cannot contain character `/`\. Received:"
        r" name=(?P<name>[^<\n]*/[^\n]*?)(?: \(of type <class 'str'>\))?$": (
            "Keras does not accept the sign `/` in a name, as in `{name}`." + RENAME
        ),
    },
    "ValueError": {
        r"Received: \w+=<[Kk]eras[Tt]ensor ": (
            "A layer is made first and called then: its settings go in the first pair of round"
            " brackets, its input in a second one, as in `Dense(10)(inputs)`."
        ),
        r"invalid value for `units`.*Received: units=(?P<units>[^\n]*)": (
            "The number of neurons should be a plain whole number of Python's, and this one"
            " ({units}) is of another kind: `int(…)` makes one of it."
        ),
        r"You must call `compile\(\)` before using the model": (
            "The model is not compiled yet: run the cell that compiles it, then this one again. A"
            " model that was built again has to be compiled again."
        ),
        r"^Expected `loss_weights` argument to be a float .*loss_weights=\[?'?(?P<metric>\w+)": (
            '`compile` takes metrics by name: write `metrics=["{metric}"]`.'
        ),
        r"dtype='string' is not a valid dtype": (
            "A text stands where Keras needs numbers. Metrics need their name in `compile`:"
            ' `metrics=["accuracy"]`.'
        ),
        SHAPES: _shape,
        AXIS: _axis,
        r"Cannot take the length of shape with unknown rank": (
            "The model takes a batch, and was given an array with other axes, perhaps a single"
            f" example: {BATCH}."
        ),
        r"^Unrecognized data type: x=.*\(of type <class '(?P<kind>\w+)'>\)": (
            "The model takes arrays, and was given something of type `{kind}`: give it the images"
            " themselves, or make an array with `np.array(…)`."
        ),
        r"Data cardinality is ambiguous.*?sizes: (?P<x>\d+).*?sizes: (?P<y>\d+)": (
            "There are {x} images and {y} labels, and each image needs its own: perhaps they come"
            " from different sets."
        ),
        r"Could not interpret (?P<what>[a-z ]+?)(?: function)? identifier:"
        r" <class '[\w.]*?(?P<name>\w+)'>": (
            "`{name}` lacks its round brackets: `{name}(…)` makes an object, which can be used as"
            " {what}."
        ),
        r"Could not interpret (?P<what>[a-z ]+?)(?: function)? identifier:"
        r" (?P<name>[^\s<{\[]+)": _identifier,
        r"^(?P<callback>\w+) callback received monitor=(?P<name>\w+), but": (
            "`{callback}` watches a number of the training log, and `{name}` is not in it: the log"
            " has `loss`, with the metric `accuracy` in `compile` also `accuracy`, and with"
            " `validation_data` both again, as `val_loss` and `val_accuracy`."
        ),
        r"Expected `(?P<name>\w+)` argument to be a list": (
            "`{name}` takes a list, so square brackets are needed, also around a single one."
        ),
        r"Only instances of `keras.Layer` can be added.*Received: <class"
        r" '[\w.]*?(?P<layer>\w+)'>": (
            "`{layer}` lacks its round brackets: `{layer}(…)` makes a layer."
        ),
        r"(?:Argument `name` must be a string|Expected `trainable` to be a boolean).*Received:"
        r" \w+=<\w+ name=": "`Sequential` takes one list of layers: put them between `[` and `]`.",
        r"Cannot convert '(?P<side>\d+)' to a shape": (
            "A shape is given in brackets of its own, as in `(28, 28)` or `(784,)`; {side} alone is"
            " none."
        ),
        r"Unrecognized keyword arguments passed to (?P<function>\w+):"
        r" \{'(?P<name>\w+)'": no_setting,
        r"^Argument\(s\) not recognized: \{'(?P<name>\w+)'": no_setting,
        r"^None values not supported": (
            "Something that is needed was not given: training needs images and their labels, and so"
            " does validation, as a pair."
        ),
    },
    "InvalidArgumentError": {
        MATRIX: _axis,
    },
    "TypeError": {
        r"^Callback\.\w+\(\) missing 1 required positional argument": (
            "A callback lacks its round brackets: write `EarlyStopping(…)`, not `EarlyStopping`, in"
            " `callbacks`."
        ),
        r"^Sequential\.add\(\) missing 1 required positional argument: 'layer'": (
            "`add` was given no layer; or, where the model was made, round brackets are missing"
            " after `Sequential`."
        ),
    },
    "AttributeError": {
        r"'(?P<kind>\w+)' object has no attribute 'set_model'": (
            "`callbacks` takes callbacks, such as `tf.keras.callbacks.EarlyStopping(…)`, and was"
            " given something of type `{kind}`."
        ),
    },
    "Exception": {
        r"URL fetch failure": (
            "The data could not be downloaded: look at the connection, or run `autograder data` in"
            " a terminal, which also finds it elsewhere."
        ),
    },
}
KERAS = hints(SENTENCES)
