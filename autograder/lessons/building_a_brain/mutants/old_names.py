"""Mutants after older books, slips at which Python itself stops, and flags of other kinds."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.lessons.building_a_brain.mutants.expectations import (
    AFTER_EPOCHS,
    COMPILE,
    TRAIN,
)

LOGITS = "from_logits=True"
NO_MODEL = ("build.layers", "build.activation", *COMPILE, *TRAIN, "predict.label")
NOT_COMPILED = (*COMPILE[1:], *TRAIN)
STOPS_BUILD = {"build.input": None}
STOPS_COMPILE = {"compile.loss": None}
STOPS_TRAIN = {"train.epochs": None}

FLAGS = (
    right("compile/logits-as-one", (LOGITS, "from_logits=1")),
    right("compile/logits-in-words", (LOGITS, 'from_logits="True"')),
)
BUILD = (
    wrong(
        "build/keras-not-imported",
        ("tf.keras.Sequential", "keras.Sequential"),
        fails=STOPS_BUILD,
        skips=NO_MODEL,
    ),
    wrong(
        "build/np-utils",
        ("model =", "from keras.utils import np_utils\nmodel ="),
        fails=STOPS_BUILD,
        skips=NO_MODEL,
    ),
)
COMPILING = (
    wrong(
        "compile/lr-of-old",
        ('"adam"', "tf.keras.optimizers.Adam(lr=0.001)"),
        fails=STOPS_COMPILE,
        skips=NOT_COMPILED,
    ),
    wrong(
        "compile/class-for-object",
        ('"adam"', "tf.keras.optimizers.Adam"),
        fails=STOPS_COMPILE,
        skips=NOT_COMPILED,
    ),
    wrong(
        "compile/optimizer-of-tensorflow-1",
        ('"adam"', "tf.train.AdamOptimizer()"),
        fails=STOPS_COMPILE,
        skips=NOT_COMPILED,
    ),
    wrong(
        "compile/metric-for-metrics",
        ("metrics=", "metric="),
        fails=STOPS_COMPILE,
        skips=NOT_COMPILED,
    ),
    wrong(
        "compile/accuracy-misspelt",
        ('"accuracy"', '"acuracy"'),
        fails={"compile.metric": "no-accuracy-metric"},
        skips=TRAIN,
    ),
)
TRAINING = (
    wrong(
        "train/fit-generator",
        ("model.fit(", "model.fit_generator("),
        fails=STOPS_TRAIN,
        skips=AFTER_EPOCHS,
    ),
    wrong("train/epoch-for-epochs", ("epochs=5", "epoch=5"), fails=STOPS_TRAIN, skips=AFTER_EPOCHS),
    wrong("train/nb-epoch", ("epochs=5", "nb_epoch=5"), fails=STOPS_TRAIN, skips=AFTER_EPOCHS),
)
MUTANTS = (*FLAGS, *BUILD, *COMPILING, *TRAINING)
