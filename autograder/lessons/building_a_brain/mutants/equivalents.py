"""Accepted equivalents, which are also the base of other mutants."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import add_keyword, set_keyword, set_value, use_instead
from autograder.authoring.spec.mutation import right
from autograder.authoring.spec.statement_edits import first, insert_after, insert_before, instead

FUNCTIONAL = right(
    "build/functional",
    instead("""
inputs = tf.keras.Input(shape=(28, 28))
row = tf.keras.layers.Flatten()(inputs)
outputs = tf.keras.layers.Dense(number_of_classes)(row)
model = tf.keras.Model(inputs, outputs)
"""),
)
ADDED = right(
    "build/added-one-by-one",
    instead("""
model = tf.keras.Sequential()
model.add(tf.keras.Input(shape=(28, 28)))
model.add(tf.keras.layers.Flatten())
model.add(tf.keras.layers.Dense(number_of_classes))
"""),
)
RESCALING = right("build/rescaling", insert_before("Flatten", "tf.keras.layers.Rescaling(1 / 255)"))
NORMALIZATION = right(
    "build/normalization",
    insert_before("Flatten", "normalization"),
    first("normalization.adapt(train_images)"),
    first("normalization = tf.keras.layers.Normalization(axis=None)"),
)
FROM_PROBABILITIES = {
    "compile": [set_keyword("SparseCategoricalCrossentropy", "from_logits", "False")]
}
SOFTMAX = right(
    "build/softmax-and-its-loss",
    add_keyword("Dense", "activation", '"softmax"'),
    also=FROM_PROBABILITIES,
)
SOFTMAX_LAYER = right(
    "build/softmax-layer-and-its-loss",
    insert_after("Dense", "tf.keras.layers.Softmax()"),
    also=FROM_PROBABILITIES,
)
COUNTED = right(
    "parameters/counted-by-keras", set_value("number_of_parameters", "model.count_params()")
)
SCALED = right(
    "train/scaled",
    use_instead("train_images", "train_images / 255"),
    use_instead("valid_images", "valid_images / 255"),
)
STREAMED = right(
    "train/streamed",
    instead("""
cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels))
quiz = tf.data.Dataset.from_tensor_slices((valid_images, valid_labels))
history = model.fit(
    cards.shuffle(60000).batch(32), epochs=5, validation_data=quiz.batch(500), verbose=2
)
"""),
)
IN_PIECES = right(
    "train/in-pieces",
    instead("""
quiz = (valid_images, valid_labels)
model.fit(train_images, train_labels, epochs=2, validation_data=quiz, verbose=2)
history = model.fit(train_images, train_labels, epochs=3, validation_data=quiz, verbose=2)
"""),
)

EQUIVALENTS = (
    *(FUNCTIONAL, ADDED, RESCALING, NORMALIZATION, SOFTMAX, SOFTMAX_LAYER),
    *(COUNTED, SCALED, STREAMED, IN_PIECES),
)
