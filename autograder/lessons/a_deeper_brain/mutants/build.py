"""Mutants of the question `build`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import Edits, right, wrong
from autograder.lessons.a_deeper_brain.mutants.expectations import (
    COMPILE,
    TRAIN,
    lowers_accuracy,
    trained_otherwise,
)

FLATTEN = "tf.keras.layers.Flatten()"
HIDDEN = 'tf.keras.layers.Dense(hidden_neurons, activation="relu")'
OUTPUT = "tf.keras.layers.Dense(number_of_classes)"
IMAGE = "tf.keras.Input(shape=(28, 28))"
FROM_PROBABILITIES: Edits = {
    "compile": ["model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])"]
}

RIGHT = (
    right(
        "build/functional",
        f"""
pixels = {IMAGE}
parts = {HIDDEN}({FLATTEN}(pixels))
model = tf.keras.Model(pixels, {OUTPUT}(parts))
""",
    ),
    right(
        "build/added-one-by-one",
        f"""
model = tf.keras.Sequential()
for layer in ({IMAGE}, {FLATTEN}, {HIDDEN}, {OUTPUT}):
    model.add(layer)
""",
    ),
    right("build/relu-layer", (', activation="relu")', "), tf.keras.layers.ReLU()")),
    right(
        "build/relu-function", ('hidden_neurons, activation="relu"', "128, activation=tf.nn.relu")
    ),
    right("build/reshape", ("Flatten()", "Reshape((784,))")),
    right("build/some-dropped", (OUTPUT, f"tf.keras.layers.Dropout(0.1), {OUTPUT}")),
    right(
        "build/softmax-layer",
        (OUTPUT, f"{OUTPUT}, tf.keras.layers.Softmax()"),
        also=FROM_PROBABILITIES,
    ),
    right(
        "build/softmax-and-its-loss",
        ("number_of_classes", "10, activation='softmax'"),
        also=FROM_PROBABILITIES,
    ),
)
WRONG = (
    trained_otherwise(
        "build/single-layer",
        (f"{HIDDEN},", ""),
        fails={"build.hidden": "no-hidden-layer"},
        skips=("build.activation",),
    ),
    trained_otherwise(
        "build/two-hidden",
        (HIDDEN, f"{HIDDEN}, {HIDDEN}"),
        fails={"build.hidden": "more-hidden-layers"},
    ),
    trained_otherwise(
        "build/batch-normalization",
        (OUTPUT, f"tf.keras.layers.BatchNormalization(), {OUTPUT}"),
        fails={"build.hidden": "more-hidden-layers"},
    ),
    trained_otherwise(
        "build/narrow", ("hidden_neurons", "32"), fails={"build.hidden": "wrong-hidden-size"}
    ),
    trained_otherwise(
        "build/no-bend", (', activation="relu"', ""), fails={"build.activation": "no-activation"}
    ),
    trained_otherwise(
        "build/sigmoid",
        ('hidden_neurons, activation="relu"', "128, activation='sigmoid'"),
        fails={"build.activation": "other-activation"},
    ),
    trained_otherwise(
        "build/no-bias",
        ('hidden_neurons, activation="relu"', "128, activation='relu', use_bias=False"),
        fails={"build.hidden": "no-bias"},
    ),
    trained_otherwise(
        "build/relu-at-the-end",
        ("number_of_classes", "10, activation='relu'"),
        fails={"build.output": "hidden-nonlinearity"},
    ),
    trained_otherwise(
        "build/one-too-many",
        ("number_of_classes", "11"),
        fails={"build.output": "wrong-neuron-count"},
    ),
    trained_otherwise(
        "build/softmax-and-logits",
        ("number_of_classes", "10, activation='softmax'"),
        fails={"compile.loss": "softmax-with-logits-loss"},
    ),
    lowers_accuracy(
        "build/rows-cropped",
        (FLATTEN, f"tf.keras.layers.Cropping1D(1), {FLATTEN}"),
        fails={"build.input": "pixels-left-out"},
        unclear=("compare.won",),
    ),
    trained_otherwise(
        "build/no-input", (f"{IMAGE},", ""), fails={"build.input": "wrong-input-shape"}
    ),
    wrong(
        "build/no-flatten",
        (f"{FLATTEN},", ""),
        fails={"build.input": "missing-flatten"},
        skips=(*TRAIN, "compare.won"),
    ),
    wrong(
        "build/a-list",
        f"model = [{IMAGE}, {FLATTEN}, {HIDDEN}, {OUTPUT}]",
        fails={"build.input": "not-a-model"},
        skips=("build.hidden", "build.activation", "build.output", *COMPILE, *TRAIN, "compare.won"),
    ),
)
MUTANTS = (*RIGHT, *WRONG)
