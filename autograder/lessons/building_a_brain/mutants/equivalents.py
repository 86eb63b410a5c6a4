"""Accepted equivalents, which are also the base of other mutants."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right
from autograder.authoring.spec.snippets import after_input, at_the_end, last_layer

FUNCTIONAL = right(
    "build/functional",
    """
inputs = tf.keras.Input(shape=(28, 28))
row = tf.keras.layers.Flatten()(inputs)
outputs = tf.keras.layers.Dense(number_of_classes)(row)
model = tf.keras.Model(inputs, outputs)
""",
)
ADDED = right(
    "build/added-one-by-one",
    """
model = tf.keras.Sequential()
model.add(tf.keras.Input(shape=(28, 28)))
model.add(tf.keras.layers.Flatten())
model.add(tf.keras.layers.Dense(number_of_classes))
""",
)
RESCALING = right("build/rescaling", after_input("Rescaling(1 / 255)"))
NORMALIZATION = right(
    "build/normalization",
    ("(28, 28)),", "(28, 28)), normalization,"),
    (
        "model =",
        """
normalization = tf.keras.layers.Normalization(axis=None)
normalization.adapt(train_images)
model =""",
    ),
)
FROM_PROBABILITIES = {"compile": [("True", "False")]}
SOFTMAX = right(
    "build/softmax-and-its-loss", last_layer('activation="softmax"'), also=FROM_PROBABILITIES
)
SOFTMAX_LAYER = right(
    "build/softmax-layer-and-its-loss", at_the_end("Softmax()"), also=FROM_PROBABILITIES
)
COUNT_PARAMS = right(
    "parameters/counted-by-keras", ("number_of_weights + number_of_biases", "model.count_params()")
)
SCALED = right(
    "train/scaled", ("train_images", "train_images / 255"), ("valid_images", "valid_images / 255")
)
STREAMED = right(
    "train/streamed",
    """
cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels))
quiz = tf.data.Dataset.from_tensor_slices((valid_images, valid_labels))
history = model.fit(
    cards.shuffle(60000).batch(32), epochs=5, validation_data=quiz.batch(500), verbose=2
)
""",
)
IN_PIECES = right(
    "train/in-pieces",
    """
quiz = (valid_images, valid_labels)
model.fit(train_images, train_labels, epochs=2, validation_data=quiz, verbose=2)
history = model.fit(train_images, train_labels, epochs=3, validation_data=quiz, verbose=2)
""",
)

EQUIVALENTS = (
    *(FUNCTIONAL, ADDED, RESCALING, NORMALIZATION, SOFTMAX, SOFTMAX_LAYER),
    *(COUNT_PARAMS, SCALED, STREAMED, IN_PIECES),
)
