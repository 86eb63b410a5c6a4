"""Mutants of the question `train`: too little training, or of another model."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import wrong
from autograder.authoring.spec.snippets import (
    OTHER,
    PRAISE,
    afterwards,
    beforehand,
    fitted_with,
    weights_set,
)
from autograder.lessons.building_a_brain.mutants.equivalents import IN_PIECES, STREAMED
from autograder.lessons.building_a_brain.mutants.expectations import (
    AFTER_EPOCHS,
    stops_train,
    trained_otherwise,
    weights_replaced,
)

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

too_few_epochs = partial(trained_otherwise, fails={"train.epochs": "too-few-epochs"})
not_trained = partial(wrong, fails={"train.epochs": "not-trained"}, skips=AFTER_EPOCHS)

EPOCHS = (
    too_few_epochs("train/epochs-not-said", ("epochs=5,", "")),
    too_few_epochs("train/four-epochs", ("epochs=5", "epochs=5 - 1")),
    too_few_epochs("train/three-epochs", ("epochs=5", "epochs=3"), base=STREAMED),
    too_few_epochs("train/four-epochs", ("epochs=3", "epochs=2"), base=IN_PIECES),
    not_trained("train/no-epochs", ("epochs=5", "epochs=0")),
    too_few_epochs("train/cut-short", STOPS),
    not_trained("train/evaluated-only", "history = model.evaluate(valid_images, valid_labels)"),
    not_trained(
        "train/model-afresh-after", afterwards("model = tf.keras.models.clone_model(model)")
    ),
    not_trained("train/another-model", ("model.fit", "other.fit"), beforehand(OTHER)),
    wrong(
        "train/praised",
        fitted_with("callbacks=[Praise()]"),
        beforehand(PRAISE),
        fails={"train.epochs": "contradictory-evidence"},
        skips=AFTER_EPOCHS,
    ),
)
NAMES = (
    stops_train("train/result-not-kept", ("history = ", "")),
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
    weights_replaced("train/weights-set-to-nought", weights_set("0 * one")),
    wrong(
        "train/one-number-of-it",
        ("verbose=2,\n)", 'verbose=2,\n).history["val_accuracy"][-1]'),
        fails={"train.epochs": "not-a-history"},
    ),
    not_trained(
        "train/batch-by-batch",
        """
history = []
for start in range(0, len(train_images), 32):
    part = slice(start, start + 32)
    history.append(model.train_on_batch(train_images[part], train_labels[part]))
""",
    ),
    too_few_epochs(
        "train/stops-because-it-improves",
        (
            "verbose=2",
            (
                "verbose=2, callbacks="
                '[tf.keras.callbacks.EarlyStopping(monitor="accuracy", mode="min")]'
            ),
        ),
    ),
)
MUTANTS = (*EPOCHS, *NAMES, *AFTERWARDS)
