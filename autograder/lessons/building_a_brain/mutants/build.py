"""Mutants of the question `build`: right ones."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right
from autograder.authoring.spec.snippets import SPARSE, after_input, last_layer

MUTANTS = (
    right(
        "build/divided-in-the-graph",
        """
picture = tf.keras.Input(shape=(28, 28))
row = tf.keras.layers.Flatten()(picture / 255.0)
model = tf.keras.Model(picture, tf.keras.layers.Dense(number_of_classes)(row))
""",
    ),
    right("build/divided-in-a-lambda", after_input("Lambda(lambda pixels: pixels / 255.0)")),
    right(
        "build/shape-in-first-layer",
        ("tf.keras.Input(shape=(28, 28)),", ""),
        ("Flatten(", "Flatten(input_shape=(28, 28)"),
    ),
    right("build/input-layer", ("tf.keras.Input", "tf.keras.layers.InputLayer")),
    right("build/one-channel", ("(28, 28)", "(28, 28, 1)")),
    right("build/reshape", ("tf.keras.layers.Flatten()", "tf.keras.layers.Reshape((784,))")),
    right("build/ten-typed", ("number_of_classes", "10")),
    right("build/linear-said", last_layer('activation="linear"')),
    right("build/other-start", last_layer('kernel_initializer="zeros"')),
    right(
        "build/imported",
        ("tf.keras.Input", "Input"),
        ("tf.keras.layers.Flatten", "layers.Flatten"),
        ("tf.keras.layers.Dense", "layers.Dense"),
        ("model =", "from tensorflow.keras import Input, layers\nmodel ="),
    ),
    right("build/rescaling-around-nought", after_input("Rescaling(1 / 127.5, offset=-1)")),
    right("build/normalization-given", after_input("Normalization(mean=73.0, variance=8100.0)")),
    right(
        "build/softmax-function-and-its-loss",
        last_layer("activation=tf.nn.softmax"),
        also={"compile": [(SPARSE, '"sparse_categorical_crossentropy"')]},
    ),
)
