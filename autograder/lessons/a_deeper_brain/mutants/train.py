"""Mutants of the question `train`: its data, its validation, its batches."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import add_keyword, drop_keyword, set_keyword, use_instead
from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.snippets import PRAISE
from autograder.authoring.spec.statement_edits import first, instead
from autograder.lessons.a_deeper_brain.mutants.expectations import ACCURACY, AFTER_DATA

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
    right("train/batches-of-64", add_keyword("fit", "batch_size", "64")),
    right("train/streamed", instead(STREAMED)),
    wrong(
        "train/on-the-quiz",
        use_instead("train_images", "valid_images"),
        use_instead("train_labels", "valid_labels"),
        fails={"train.data": "trained-on-validation-data"},
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-turned-round",
        use_instead("train_labels", "train_labels[::-1]"),
        fails={"train.data": "mismatched-labels"},
        skips=ACCURACY,
    ),
    wrong(
        "train/a-part",
        use_instead("train_images", "train_images[:1000]"),
        use_instead("train_labels", "train_labels[:1000]"),
        fails={"train.data": "partial-training-data"},
        may_skip=ACCURACY,
    ),
    wrong(
        "train/no-quiz",
        drop_keyword("fit", "validation_data"),
        fails={
            "train.validation": "no-validation-data",
            "train.stopping": "watches-nothing",
        },
        skips=("train.restored",),
        may_skip=ACCURACY,
    ),
    wrong(
        "train/quizzed-on-studied",
        set_keyword("fit", "validation_data", "(train_images, train_labels)"),
        fails={"train.validation": "validated-on-training-data"},
    ),
    wrong(
        "train/quizzed-on-few",
        set_keyword("fit", "validation_data", "(valid_images[:500], valid_labels[:500])"),
        fails={"train.validation": "partial-validation-data"},
    ),
    wrong(
        "train/no-epochs",
        set_keyword("fit", "epochs", "0"),
        fails={"train.data": "not-trained"},
        skips=AFTER_DATA,
    ),
    wrong(
        "train/praised",
        set_keyword("fit", "callbacks", "[Praise(), early_stopping]"),
        first(PRAISE),
        fails={"train.data": "contradictory-evidence"},
        skips=AFTER_DATA,
    ),
)
