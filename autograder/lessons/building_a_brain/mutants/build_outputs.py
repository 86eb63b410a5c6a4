"""Mutants of the question `build`: wrong output activations, and objects that are no model."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import unclear, wrong
from autograder.authoring.spec.snippets import at_the_end, last_layer
from autograder.lessons.building_a_brain.mutants.equivalents import SOFTMAX
from autograder.lessons.building_a_brain.mutants.expectations import (
    AFTER_BUILD,
    stops_build,
    trained_otherwise,
)

TWICE = {"compile.loss": "softmax-with-logits-loss"}

bent = partial(trained_otherwise, fails={"build.activation": "hidden-nonlinearity"})
no_model = partial(wrong, fails={"build.input": "not-a-model"}, skips=AFTER_BUILD)

OUTPUTS = (
    bent("build/relu-at-the-end", last_layer('activation="relu"')),
    bent("build/sigmoid-at-the-end", last_layer('activation="sigmoid"')),
    bent("build/tanh-layer-at-the-end", at_the_end('Activation("tanh")')),
    trained_otherwise("build/softmax-and-logits", last_layer('activation="softmax"'), fails=TWICE),
    trained_otherwise("build/softmax-layer-and-logits", at_the_end("Softmax()"), fails=TWICE),
    bent(
        "build/softmax-twice",
        ('"softmax"),', '"softmax"), tf.keras.layers.Softmax(),'),
        base=SOFTMAX,
    ),
    unclear(
        "build/function-at-the-end",
        last_layer("activation=lambda outputs: outputs * 1.0"),
        checks=("build.activation", "compile.loss", "train.accuracy", "predict.label"),
    ),
)
NAMES = (
    # Keras rejects NumPy integers.
    stops_build("build/numpy-ten", ("number_of_classes", "np.int64(number_of_classes)")),
    no_model("build/only-a-list", "model = []"),
    no_model("build/only-a-layer", "model = tf.keras.layers.Dense(number_of_classes)"),
    no_model("build/compiled-at-once", ("])", ']).compile("adam")')),
    stops_build("build/other-name", ("model = ", "brain = ")),
    stops_build(
        "build/no-brackets",
        "model = tf.keras.Sequential(tf.keras.layers.Flatten(), tf.keras.layers.Dense(10))",
    ),
)
MUTANTS = (*OUTPUTS, *NAMES)
