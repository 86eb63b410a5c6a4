"""Mutants of the question `build`: wrong shapes, wrong layers."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    replace_call,
    set_argument,
    set_keyword,
)
from autograder.authoring.spec.mutation import relying, wrong
from autograder.authoring.spec.statement_edits import (
    drop_item,
    insert_after,
    insert_before,
)
from autograder.lessons.building_a_brain.mutants.equivalents import (
    ADDED,
    COUNTED,
    FUNCTIONAL,
    RESCALING,
)
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, TRAIN

NOT_TRAINED = (*TRAIN, "predict.label")
# There are more outputs than classes; training may not have shown the model which ones count.
NOT_TAUGHT = (*ACCURACY, "predict.label")
SHAPE = {"build.input": "wrong-input-shape"}
ROWS = {"build.input": "missing-flatten"}
LEFT_OUT = {"build.input": "pixels-left-out"}
COUNT = {"build.layers": "wrong-neuron-count"}
HIDDEN = {"build.layers": "hidden-layer"}

one_more = set_argument("Dense", 0, "_ + 1")
no_bias = add_keyword("Dense", "use_bias", "False")
hidden = insert_before("Dense", 'tf.keras.layers.Dense(8, activation="relu")')
no_flatten = drop_item("Flatten")

INPUT = (
    wrong(
        "build/row-for-image",
        set_keyword("Input", "shape", "(784,)"),
        fails=SHAPE,
        skips=NOT_TRAINED,
    ),
    wrong(
        "build/batch-in-shape",
        set_keyword("Input", "shape", "(1, 28, 28)"),
        fails=SHAPE,
        skips=NOT_TRAINED,
    ),
    # Without an input the model gets its shape from the images at training.
    relying(wrong("build/no-input", drop_item("Input"), fails=SHAPE), "train.epochs"),
    wrong("build/no-flatten", no_flatten, fails=ROWS, skips=NOT_TRAINED),
    wrong(
        "build/flatten-at-the-end",
        no_flatten,
        insert_after("Dense", "tf.keras.layers.Flatten()"),
        fails=ROWS,
        may_skip=NOT_TAUGHT,
    ),
    wrong(
        "build/rows-cropped",
        insert_before("Flatten", "tf.keras.layers.Cropping1D(1)"),
        fails=LEFT_OUT,
        skips=ACCURACY,
        unclear=("predict.label",),
    ),
    wrong(
        "build/rows-averaged",
        replace_call("Flatten", "tf.keras.layers.GlobalAveragePooling1D()"),
        fails=LEFT_OUT,
        skips=ACCURACY,
        unclear=("predict.label",),
    ),
)
NEURONS = (
    wrong("build/one-too-many", one_more, fails=COUNT, may_skip=ACCURACY),
    wrong("build/one-too-many", one_more, base=ADDED, fails=COUNT, may_skip=ACCURACY),
    wrong("build/one-too-few", set_argument("Dense", 0, "_ - 1"), fails=COUNT, skips=TRAIN),
    wrong("build/one-neuron", set_argument("Dense", 0, "1"), fails=COUNT, skips=TRAIN),
    wrong("build/neuron-a-row", set_argument("Dense", 0, "28"), fails=COUNT, may_skip=ACCURACY),
    wrong(
        "build/no-neurons",
        drop_item("Dense"),
        fails=COUNT,
        skips=("build.activation", *ACCURACY, "predict.label"),
    ),
    wrong("build/no-bias", no_bias, fails={"build.layers": "no-bias"}, may_skip=ACCURACY),
    wrong(
        "build/no-bias",
        no_bias,
        base=FUNCTIONAL,
        fails={"build.layers": "no-bias"},
        may_skip=ACCURACY,
    ),
    wrong("build/hidden", hidden, fails=HIDDEN, may_skip=ACCURACY),
    wrong("build/hidden", hidden, base=RESCALING, fails=HIDDEN, may_skip=ACCURACY),
    wrong(
        "build/hidden",
        hidden,
        base=COUNTED,
        fails=HIDDEN,
        skips=("parameters.count",),
        may_skip=ACCURACY,
    ),
    wrong(
        "build/ten-twice",
        insert_after("Dense", "tf.keras.layers.Dense(number_of_classes, name='more')"),
        fails=HIDDEN,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/batch-normalization",
        insert_before("Dense", "tf.keras.layers.BatchNormalization()"),
        fails=HIDDEN,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/convolution",
        insert_before("Flatten", "tf.keras.layers.Reshape((28, 28, 1))"),
        insert_before("Flatten", 'tf.keras.layers.Conv2D(1, 3, activation="relu")'),
        fails=HIDDEN,
        may_skip=ACCURACY,
        unclear=("predict.label",),
    ),
)
MUTANTS = (*INPUT, *NEURONS)
