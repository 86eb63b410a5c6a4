"""Mutants of the question `build`: wrong shapes, wrong layers."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import relying, wrong
from autograder.authoring.spec.snippets import after_input, at_the_end, before_neurons, last_layer
from autograder.lessons.building_a_brain.mutants.equivalents import (
    ADDED,
    COUNT_PARAMS,
    FUNCTIONAL,
    RESCALING,
)
from autograder.lessons.building_a_brain.mutants.expectations import (
    ACCURACY,
    TRAIN,
    lowers_accuracy,
    trained_otherwise,
)

NOT_TRAINED = (*TRAIN, "predict.label")
# There are more outputs than classes; training may not have shown the model which ones count.
NOT_TAUGHT = (*ACCURACY, "predict.label")
SHAPE = {"build.input": "wrong-input-shape"}
ROWS = {"build.input": "missing-flatten"}
LEFT_OUT = {"build.input": "pixels-left-out"}
COUNT = {"build.layers": "wrong-neuron-count"}

another_count = partial(trained_otherwise, fails=COUNT)
another_layer = partial(trained_otherwise, fails={"build.layers": "hidden-layer"})
one_more = ("number_of_classes", "number_of_classes + 1")
no_bias = last_layer("use_bias=False")
hidden = before_neurons('Dense(8, activation="relu")')
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
        at_the_end("Flatten()"),
        fails=ROWS,
        may_skip=NOT_TAUGHT,
    ),
    lowers_accuracy(
        "build/rows-cropped",
        after_input("Cropping1D(1)"),
        fails=LEFT_OUT,
        unclear=("predict.label",),
    ),
    lowers_accuracy(
        "build/rows-averaged",
        ("tf.keras.layers.Flatten()", "tf.keras.layers.GlobalAveragePooling1D()"),
        fails=LEFT_OUT,
        unclear=("predict.label",),
    ),
)
NEURONS = (
    another_count("build/one-too-many", one_more),
    another_count("build/one-too-many", one_more, base=ADDED),
    wrong(
        "build/one-too-few",
        ("number_of_classes", "number_of_classes - 1"),
        fails=COUNT,
        skips=TRAIN,
    ),
    wrong("build/one-neuron", ("number_of_classes", "1"), fails=COUNT, skips=TRAIN),
    another_count("build/neuron-a-row", ("number_of_classes", "28")),
    wrong(
        "build/no-neurons",
        ("tf.keras.layers.Dense(number_of_classes),", ""),
        fails=COUNT,
        skips=("build.activation", *ACCURACY, "predict.label"),
    ),
    trained_otherwise("build/no-bias", no_bias, fails={"build.layers": "no-bias"}),
    trained_otherwise("build/no-bias", no_bias, base=FUNCTIONAL, fails={"build.layers": "no-bias"}),
    another_layer("build/hidden", hidden),
    another_layer("build/hidden", hidden, base=RESCALING),
    another_layer("build/hidden", hidden, base=COUNT_PARAMS, skips=("parameters.count",)),
    another_layer("build/ten-twice", at_the_end("Dense(number_of_classes, name='more')")),
    another_layer("build/batch-normalization", before_neurons("BatchNormalization()")),
    another_layer(
        "build/convolution",
        ("Flatten(),", 'Conv2D(1, 3, activation="relu"), tf.keras.layers.Flatten(),'),
        after_input("Reshape((28, 28, 1))"),
        unclear=("predict.label",),
    ),
)
MUTANTS = (*INPUT, *NEURONS)
