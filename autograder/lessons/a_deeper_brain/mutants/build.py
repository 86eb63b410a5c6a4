"""Mutants of the question `build`."""

from __future__ import annotations

from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.mutation import Edits, right, wrong
from autograder.authoring.spec.statement_edits import instead
from autograder.lessons.a_deeper_brain.mutants.expectations import ACCURACY, TRAIN

FLATTEN = "tf.keras.layers.Flatten()"
HIDDEN = 'tf.keras.layers.Dense(hidden_neurons, activation="relu")'
PLAIN = "tf.keras.layers.Dense(hidden_neurons)"
OUTPUT = "tf.keras.layers.Dense(number_of_classes)"
IMAGE = "tf.keras.Input(shape=(28, 28))"
FROM_PROBABILITIES: Edits = {
    "compile": [
        instead("model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])")
    ]
}


def net(*layers: str) -> Edit:
    """Build a network of these layers instead."""
    return instead(f"model = tf.keras.Sequential([{', '.join(layers)}])")


RIGHT = (
    right(
        "build/functional",
        instead(f"""
pixels = {IMAGE}
parts = {HIDDEN}({FLATTEN}(pixels))
model = tf.keras.Model(pixels, {OUTPUT}(parts))
"""),
    ),
    right(
        "build/added-one-by-one",
        instead(f"""
model = tf.keras.Sequential()
for layer in ({IMAGE}, {FLATTEN}, {HIDDEN}, {OUTPUT}):
    model.add(layer)
"""),
    ),
    right("build/relu-layer", net(IMAGE, FLATTEN, PLAIN, "tf.keras.layers.ReLU()", OUTPUT)),
    right(
        "build/relu-function",
        net(IMAGE, FLATTEN, "tf.keras.layers.Dense(128, activation=tf.nn.relu)", OUTPUT),
    ),
    right("build/reshape", net(IMAGE, "tf.keras.layers.Reshape((784,))", HIDDEN, OUTPUT)),
    right(
        "build/some-dropped",
        net(IMAGE, FLATTEN, HIDDEN, "tf.keras.layers.Dropout(0.1)", OUTPUT),
    ),
    right(
        "build/softmax-layer",
        net(IMAGE, FLATTEN, HIDDEN, OUTPUT, "tf.keras.layers.Softmax()"),
        also=FROM_PROBABILITIES,
    ),
    right(
        "build/softmax-and-its-loss",
        net(IMAGE, FLATTEN, HIDDEN, "tf.keras.layers.Dense(10, activation='softmax')"),
        also=FROM_PROBABILITIES,
    ),
)
WRONG = (
    wrong(
        "build/single-layer",
        net(IMAGE, FLATTEN, OUTPUT),
        fails={"build.hidden": "no-hidden-layer"},
        skips=("build.activation",),
        may_skip=ACCURACY,
    ),
    wrong(
        "build/two-hidden",
        net(IMAGE, FLATTEN, HIDDEN, HIDDEN, OUTPUT),
        fails={"build.hidden": "more-hidden-layers"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/batch-normalization",
        net(IMAGE, FLATTEN, HIDDEN, "tf.keras.layers.BatchNormalization()", OUTPUT),
        fails={"build.hidden": "more-hidden-layers"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/narrow",
        net(IMAGE, FLATTEN, "tf.keras.layers.Dense(32, activation='relu')", OUTPUT),
        fails={"build.hidden": "wrong-hidden-size"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/no-bend",
        net(IMAGE, FLATTEN, PLAIN, OUTPUT),
        fails={"build.activation": "no-activation"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/sigmoid",
        net(IMAGE, FLATTEN, "tf.keras.layers.Dense(128, activation='sigmoid')", OUTPUT),
        fails={"build.activation": "other-activation"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/no-bias",
        net(
            IMAGE,
            FLATTEN,
            "tf.keras.layers.Dense(128, activation='relu', use_bias=False)",
            OUTPUT,
        ),
        fails={"build.hidden": "no-bias"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/relu-at-the-end",
        net(IMAGE, FLATTEN, HIDDEN, "tf.keras.layers.Dense(10, activation='relu')"),
        fails={"build.output": "hidden-nonlinearity"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/one-too-many",
        net(IMAGE, FLATTEN, HIDDEN, "tf.keras.layers.Dense(11)"),
        fails={"build.output": "wrong-neuron-count"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/softmax-and-logits",
        net(IMAGE, FLATTEN, HIDDEN, "tf.keras.layers.Dense(10, activation='softmax')"),
        fails={"compile.loss": "softmax-with-logits-loss"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/rows-cropped",
        net(IMAGE, "tf.keras.layers.Cropping1D(1)", FLATTEN, HIDDEN, OUTPUT),
        fails={"build.input": "pixels-left-out"},
        skips=ACCURACY,
        unclear=("compare.won",),
    ),
    wrong(
        "build/no-input",
        net(FLATTEN, HIDDEN, OUTPUT),
        fails={"build.input": "wrong-input-shape"},
        may_skip=ACCURACY,
    ),
    wrong(
        "build/no-flatten",
        net(IMAGE, HIDDEN, OUTPUT),
        fails={"build.input": "missing-flatten"},
        skips=(*TRAIN, "compare.won"),
    ),
    wrong(
        "build/a-list",
        instead(f"model = [{IMAGE}, {FLATTEN}, {HIDDEN}, {OUTPUT}]"),
        fails={"build.input": "not-a-model"},
        skips=(
            *("build.hidden", "build.activation", "build.output"),
            *("compile.loss", "compile.optimizer", "compile.metric"),
            *(*TRAIN, "compare.won"),
        ),
    ),
)
MUTANTS = (*RIGHT, *WRONG)
