"""Mutants whose network does something to the pixels that it does not learn."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right
from autograder.authoring.spec.snippets import after_input, before_neurons
from autograder.lessons.building_a_brain.mutants.expectations import (
    lowers_accuracy,
    trained_otherwise,
)


def graph(pixels: str, image: str = "tf.keras.Input(shape=(28, 28))") -> str:
    """Return a network that calculates with the pixels of `image` on their way."""
    return f"""
image = {image}
row = tf.keras.layers.Flatten()({pixels})
model = tf.keras.Model(image, tf.keras.layers.Dense(number_of_classes)(row))
"""


OWN_LAYER = """
class Scale(tf.keras.layers.Layer):
    def call(self, pixels):
        return tf.cast(pixels, tf.float32) / 255


model ="""
STANDARD = "(row - tf.reduce_mean(row, 1, True)) / tf.math.reduce_std(row, 1, True)"

MUTANTS = (
    right(
        "build/whole-numbers-in",
        graph(
            'tf.keras.ops.cast(image, "float32") / 255',
            'tf.keras.Input(shape=(28, 28), dtype="uint8")',
        ),
    ),
    right("build/own-layer", ("(28, 28)),", "(28, 28)), Scale(),"), ("model =", OWN_LAYER)),
    right("build/each-image-standardised", before_neurons(f"Lambda(lambda row: {STANDARD})")),
    right("build/square-roots", graph("tf.keras.ops.sqrt(image)")),
    right("build/turned", after_input("Permute((2, 1))")),
    right("build/noisy", before_neurons("GaussianNoise(0.9)")),
    right("build/some-dropped", before_neurons("Dropout(0.2)")),
    trained_otherwise(
        "build/every-other-pixel",
        graph("image[:, ::2, ::2]"),
        fails={"build.input": "pixels-left-out"},
    ),
    lowers_accuracy(
        "build/learned-normalization",
        before_neurons("LayerNormalization()"),
        fails={"build.layers": "hidden-layer"},
        unclear=("predict.label",),
    ),
)
