"""Mutants of the question `train`: its data, its validation, its batches."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.snippets import PRAISE, fitted_with, weights_set
from autograder.lessons.a_deeper_brain.mutants.expectations import (
    AFTER_DATA,
    lowers_accuracy,
    trained_otherwise,
    weights_replaced,
)

STREAMED = """
cards = tf.data.Dataset.from_tensor_slices((train_images.astype("float32"), train_labels))
quiz = tf.data.Dataset.from_tensor_slices((valid_images.astype("float32"), valid_labels))
stop = tf.keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
history = model.fit(
    cards.shuffle(60000).batch(32), epochs=20, validation_data=quiz.batch(500),
    callbacks=[stop], verbose=2,
)
"""


MUTANTS = (
    right("train/batches-of-64", fitted_with("batch_size=64")),
    right("train/streamed", STREAMED),
    lowers_accuracy(
        "train/on-the-quiz",
        ("train_images", "valid_images"),
        ("train_labels", "valid_labels"),
        fails={"train.data": "trained-on-validation-data"},
    ),
    lowers_accuracy(
        "train/labels-turned-round",
        ("train_labels", "train_labels[::-1]"),
        fails={"train.data": "mismatched-labels"},
    ),
    trained_otherwise(
        "train/a-part",
        ("train_images", "train_images[:1000]"),
        ("train_labels", "train_labels[:1000]"),
        fails={"train.data": "partial-training-data"},
    ),
    trained_otherwise(
        "train/no-quiz",
        ("validation_data=(valid_images, valid_labels),", ""),
        fails={"train.validation": "no-validation-data", "train.stopping": "watches-nothing"},
        skips=("train.restored",),
    ),
    wrong(
        "train/quizzed-on-studied",
        ("(valid_images, valid_labels)", "(train_images, train_labels)"),
        fails={"train.validation": "validated-on-training-data"},
    ),
    wrong(
        "train/quizzed-on-few",
        ("(valid_images, valid_labels)", "(valid_images[:500], valid_labels[:500])"),
        fails={"train.validation": "partial-validation-data"},
    ),
    weights_replaced("train/weights-set-to-nought", weights_set("0 * one")),
    wrong(
        "train/one-number-of-it",
        ("verbose=2,\n)", 'verbose=2,\n).history["val_accuracy"][-1]'),
        fails={"train.data": "not-a-history"},
    ),
    right(
        "train/saved-and-loaded",
        (
            "verbose=2,\n)",
            """verbose=2,
)
model.save("deep.keras")
model = tf.keras.models.load_model("deep.keras")""",
        ),
    ),
    wrong(
        "train/no-epochs",
        ("epochs=20", "epochs=0"),
        fails={"train.data": "not-trained"},
        skips=AFTER_DATA,
    ),
    wrong(
        "train/praised",
        ("[early_stopping]", "[Praise(), early_stopping]"),
        ("early_stopping = ", f"{PRAISE}\nearly_stopping = "),
        fails={"train.data": "contradictory-evidence"},
        skips=AFTER_DATA,
    ),
)
