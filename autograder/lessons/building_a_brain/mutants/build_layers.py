"""Mutants of the question `build`: wrong shapes, wrong layers."""

from __future__ import annotations

from autograder.authoring.spec.mutation import relying, wrong
from autograder.lessons.building_a_brain.mutants.equivalents import (
    ADDED,
    COUNT_PARAMS,
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

one_more = ("number_of_classes", "number_of_classes + 1")
no_bias = ("number_of_classes", "number_of_classes, use_bias=False")
hidden = ("Flatten(),", 'Flatten(), tf.keras.layers.Dense(8, activation="relu"),')
no_flatten = ("tf.keras.layers.Flatten(),", "")

INPUT = (
    wrong("build/row-for-image", ("(28, 28)", "(784,)"), fails=SHAPE, skips=NOT_TRAINED),
    wrong("build/batch-in-shape", ("(28, 28)", "(1, 28, 28)"), fails=SHAPE, skips=NOT_TRAINED),
    # Without an input the model gets its shape from the images at training.
    relying(
        wrong("build/no-input", ("tf.keras.Input(shape=(28, 28)),", ""), fails=SHAPE),
        "train.epochs",
    ),
    wrong("build/no-flatten", no_flatten, fails=ROWS, skips=NOT_TRAINED),
    wrong(
        "build/flatten-at-the-end",
        no_flatten,
        ("number_of_classes),", "number_of_classes), tf.keras.layers.Flatten(),"),
        fails=ROWS,
        may_skip=NOT_TAUGHT,
    ),
    wrong(
        "build/rows-cropped",
        ("(28, 28)),", "(28, 28)), tf.keras.layers.Cropping1D(1),"),
        fails=LEFT_OUT,
        skips=ACCURACY,
        unclear=("predict.label",),
    ),
    wrong(
        "build/rows-averaged",
        ("tf.keras.layers.Flatten()", "tf.keras.layers.GlobalAveragePooling1D()"),
        fails=LEFT_OUT,
        skips=ACCURACY,
        unclear=("predict.label",),
    ),
)
NEURONS = (
    wrong("build/one-too-many", one_more, fails=COUNT, may_skip=ACCURACY),
    wrong("build/one-too-many", one_more, base=ADDED, fails=COUNT, may_skip=ACCURACY),
    wrong(
        "build/one-too-few",
        ("number_of_classes", "number_of_classes - 1"),
        fails=COUNT,
        skips=TRAIN,
    ),
    wrong("build/one-neuron", ("number_of_classes", "1"), fails=COUNT, skips=TRAIN),
    wrong("build/neuron-a-row", ("number_of_classes", "28"), fails=COUNT, may_skip=ACCURACY),
    wrong(
        "build/no-neurons",
        ("tf.keras.layers.Dense(number_of_classes),", ""),
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
        base=COUNT_PARAMS,
        fails=HIDDEN,
        skips=("parameters.count",),
        may_skip=ACCURACY,
    ),
    wrong(
        "build/ten-twice",
        (
            "number_of_classes),",
            "number_of_classes), tf.keras.layers.Dense(number_of_classes, name='more'),",
        ),
        fails=HIDDEN,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/batch-normalization",
        ("Flatten(),", "Flatten(), tf.keras.layers.BatchNormalization(),"),
        fails=HIDDEN,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/convolution",
        ("Flatten(),", 'Conv2D(1, 3, activation="relu"), tf.keras.layers.Flatten(),'),
        ("(28, 28)),", "(28, 28)), tf.keras.layers.Reshape((28, 28, 1)),"),
        fails=HIDDEN,
        may_skip=ACCURACY,
        unclear=("predict.label",),
    ),
)
MUTANTS = (*INPUT, *NEURONS)
