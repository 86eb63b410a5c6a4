"""Mutants of the question `build`: right ones."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    call_instead,
    replace_call,
    set_argument,
    set_keyword,
)
from autograder.authoring.spec.mutation import right
from autograder.authoring.spec.statement_edits import drop_item, first, insert_before

MUTANTS = (
    right(
        "build/shape-in-first-layer",
        drop_item("Input"),
        add_keyword("Flatten", "input_shape", "(28, 28)"),
    ),
    right("build/input-layer", call_instead("Input", "tf.keras.layers.InputLayer")),
    right("build/one-channel", set_keyword("Input", "shape", "(28, 28, 1)")),
    right("build/reshape", replace_call("Flatten", "tf.keras.layers.Reshape((784,))")),
    right("build/ten-typed", set_argument("Dense", 0, "10")),
    right("build/linear-said", add_keyword("Dense", "activation", '"linear"')),
    right("build/other-start", add_keyword("Dense", "kernel_initializer", '"zeros"')),
    right(
        "build/imported",
        call_instead("Input", "Input"),
        call_instead("Flatten", "layers.Flatten"),
        call_instead("Dense", "layers.Dense"),
        first("from tensorflow.keras import Input, layers"),
    ),
    right(
        "build/rescaling-around-nought",
        insert_before("Flatten", "tf.keras.layers.Rescaling(1 / 127.5, offset=-1)"),
    ),
    right(
        "build/normalization-given",
        insert_before("Flatten", "tf.keras.layers.Normalization(mean=73.0, variance=8100.0)"),
    ),
    right(
        "build/softmax-function-and-its-loss",
        add_keyword("Dense", "activation", "tf.nn.softmax"),
        also={"compile": [set_keyword("compile", "loss", '"sparse_categorical_crossentropy"')]},
    ),
)
