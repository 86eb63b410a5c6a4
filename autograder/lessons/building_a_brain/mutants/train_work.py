"""Mutants of the question `train`: too little training, or of another model."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    call_instead,
    drop_keyword,
    set_constant,
    set_keyword,
)
from autograder.authoring.spec.mutation import wrong
from autograder.authoring.spec.snippets import PRAISE
from autograder.authoring.spec.statement_edits import assign_to, first, instead, last
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
    wrong("train/epochs-not-said", drop_keyword("fit", "epochs"), fails=FEW, may_skip=ACCURACY),
    wrong("train/four-epochs", set_keyword("fit", "epochs", "_ - 1"), fails=FEW, may_skip=ACCURACY),
    wrong(
        "train/three-epochs",
        set_keyword("fit", "epochs", "3"),
        base=STREAMED,
        fails=FEW,
        may_skip=ACCURACY,
    ),
    wrong("train/four-epochs", set_constant(3, "2"), base=IN_PIECES, fails=FEW, may_skip=ACCURACY),
    wrong(
        "train/no-epochs", set_keyword("fit", "epochs", "0"), fails=NOT_TRAINED, skips=AFTER_EPOCHS
    ),
    wrong("train/cut-short", instead(STOPS), fails=FEW, may_skip=ACCURACY),
    wrong(
        "train/evaluated-only",
        instead("history = model.evaluate(valid_images, valid_labels)"),
        fails=NOT_TRAINED,
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/model-afresh-after", last(f"model = {CLONE}"), fails=NOT_TRAINED, skips=AFTER_EPOCHS
    ),
    wrong(
        "train/another-model",
        call_instead("fit", "other.fit"),
        first(OTHER),
        fails=NOT_TRAINED,
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/praised",
        add_keyword("fit", "callbacks", "[Praise()]"),
        first(PRAISE),
        fails={"train.epochs": "contradictory-evidence"},
        skips=AFTER_EPOCHS,
    ),
)
NAMES = (
    wrong(
        "train/result-not-kept",
        assign_to("history"),
        fails={"train.epochs": None},
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/result-taken-for-model",
        assign_to("history", "history", "model"),
        fails={"train.epochs": "not-a-model"},
        skips=(*AFTER_EPOCHS, "predict.label"),
    ),
    wrong(
        "train/result-only-in-model",
        assign_to("history", "model"),
        fails={"train.epochs": None},
        skips=(*AFTER_EPOCHS, "predict.label"),
    ),
)
MUTANTS = (*EPOCHS, *NAMES)
