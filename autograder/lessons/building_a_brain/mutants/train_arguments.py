"""Mutants of the question `train`: too little training, or of another model."""

from __future__ import annotations

from autograder.authoring.spec.mutation import wrong
from autograder.authoring.spec.snippets import PRAISE, afterwards, weights_set
from autograder.lessons.building_a_brain.mutants.equivalents import IN_PIECES, STREAMED
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, AFTER_EPOCHS

FEW = {"train.epochs": "too-few-epochs"}
NOT_TRAINED = {"train.epochs": "not-trained"}
CLONE = "tf.keras.models.clone_model(model)"
OTHER = f"""
other = {CLONE}
other.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(True), metrics=["accuracy"])
"""
STOPS = """
class Impatient(tf.keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

try:
    model.fit(
        train_images,
        train_labels,
        epochs=5,
        validation_data=(valid_images, valid_labels),
        verbose=2,
        callbacks=[Impatient()],
    )
except KeyboardInterrupt:
    history = model.history
"""

EPOCHS = (
    wrong("train/epochs-not-said", ("epochs=5,", ""), fails=FEW, may_skip=ACCURACY),
    wrong("train/four-epochs", ("epochs=5", "epochs=5 - 1"), fails=FEW, may_skip=ACCURACY),
    wrong(
        "train/three-epochs", ("epochs=5", "epochs=3"), base=STREAMED, fails=FEW, may_skip=ACCURACY
    ),
    wrong(
        "train/four-epochs", ("epochs=3", "epochs=2"), base=IN_PIECES, fails=FEW, may_skip=ACCURACY
    ),
    wrong("train/no-epochs", ("epochs=5", "epochs=0"), fails=NOT_TRAINED, skips=AFTER_EPOCHS),
    wrong("train/cut-short", STOPS, fails=FEW, may_skip=ACCURACY),
    wrong(
        "train/evaluated-only",
        "history = model.evaluate(valid_images, valid_labels)",
        fails=NOT_TRAINED,
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/model-afresh-after",
        afterwards(f"model = {CLONE}"),
        fails=NOT_TRAINED,
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/another-model",
        ("model.fit", "other.fit"),
        ("history =", f"{OTHER}\nhistory ="),
        fails=NOT_TRAINED,
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/praised",
        ("verbose=2", "verbose=2, callbacks=[Praise()]"),
        ("history =", f"{PRAISE}\nhistory ="),
        fails={"train.epochs": "contradictory-evidence"},
        skips=AFTER_EPOCHS,
    ),
)
NAMES = (
    wrong(
        "train/result-not-kept",
        ("history = ", ""),
        fails={"train.epochs": None},
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/result-taken-for-model",
        ("history = ", "history = model = "),
        fails={"train.epochs": "not-a-model"},
        skips=(*AFTER_EPOCHS, "predict.label"),
    ),
    wrong(
        "train/result-only-in-model",
        ("history = ", "model = "),
        fails={"train.epochs": None},
        skips=(*AFTER_EPOCHS, "predict.label"),
    ),
)
AFTERWARDS = (
    wrong(
        "train/weights-set-to-nought",
        weights_set("0 * one"),
        fails={"train.accuracy": "weights-replaced-after-training"},
        skips=("predict.label",),
    ),
    wrong(
        "train/one-number-of-it",
        ("verbose=2,\n)", 'verbose=2,\n).history["val_accuracy"][-1]'),
        fails={"train.epochs": "not-a-history"},
    ),
    wrong(
        "train/batch-by-batch",
        """
history = []
for start in range(0, len(train_images), 32):
    part = slice(start, start + 32)
    history.append(model.train_on_batch(train_images[part], train_labels[part]))
""",
        fails=NOT_TRAINED,
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/stops-because-it-improves",
        (
            "verbose=2",
            (
                "verbose=2, callbacks="
                '[tf.keras.callbacks.EarlyStopping(monitor="accuracy", mode="min")]'
            ),
        ),
        fails=FEW,
        may_skip=ACCURACY,
    ),
)
MUTANTS = (*EPOCHS, *NAMES, *AFTERWARDS)
