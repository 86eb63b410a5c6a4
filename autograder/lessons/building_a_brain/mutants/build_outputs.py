"""Mutants of the question `build`: wrong output activations, and objects that are no model."""

from __future__ import annotations

from autograder.authoring.spec.mutation import unclear, wrong
from autograder.lessons.building_a_brain.mutants.equivalents import SOFTMAX
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, COMPILE, TRAIN

BUILD = ("build.input", "build.layers", "build.activation")
# The checks that are skipped if no later cell can run.
NOTHING_AFTER = (*COMPILE, *TRAIN, "predict.label")
BENT = {"build.activation": "hidden-nonlinearity"}
TWICE = {"compile.loss": "softmax-with-logits-loss"}
NO_MODEL = {"build.input": "not-a-model"}

relu_at_the_end = ("number_of_classes", 'number_of_classes, activation="relu"')

OUTPUTS = (
    wrong("build/relu-at-the-end", relu_at_the_end, fails=BENT, may_skip=ACCURACY),
    wrong(
        "build/sigmoid-at-the-end",
        ("number_of_classes", 'number_of_classes, activation="sigmoid"'),
        fails=BENT,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/tanh-layer-at-the-end",
        ("number_of_classes),", 'number_of_classes), tf.keras.layers.Activation("tanh"),'),
        fails=BENT,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-and-logits",
        ("number_of_classes", 'number_of_classes, activation="softmax"'),
        fails=TWICE,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-layer-and-logits",
        ("number_of_classes),", "number_of_classes), tf.keras.layers.Softmax(),"),
        fails=TWICE,
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-twice",
        ('"softmax"),', '"softmax"), tf.keras.layers.Softmax(),'),
        base=SOFTMAX,
        fails=BENT,
        may_skip=ACCURACY,
    ),
    unclear(
        "build/function-at-the-end",
        ("number_of_classes", "number_of_classes, activation=lambda outputs: outputs * 1.0"),
        checks=("build.activation", "compile.loss", "train.accuracy", "predict.label"),
    ),
)
NAMES = (
    # Keras rejects NumPy integers.
    wrong(
        "build/numpy-ten",
        ("number_of_classes", "np.int64(number_of_classes)"),
        fails={"build.input": None},
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong("build/only-a-list", "model = []", fails=NO_MODEL, skips=(*BUILD[1:], *NOTHING_AFTER)),
    wrong(
        "build/only-a-layer",
        "model = tf.keras.layers.Dense(number_of_classes)",
        fails=NO_MODEL,
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/compiled-at-once",
        ("])", ']).compile("adam")'),
        fails=NO_MODEL,
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/other-name",
        ("model = ", "brain = "),
        fails={"build.input": None},
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
    wrong(
        "build/no-brackets",
        "model = tf.keras.Sequential(tf.keras.layers.Flatten(), tf.keras.layers.Dense(10))",
        fails={"build.input": None},
        skips=(*BUILD[1:], *NOTHING_AFTER),
    ),
)
MUTANTS = (*OUTPUTS, *NAMES)
