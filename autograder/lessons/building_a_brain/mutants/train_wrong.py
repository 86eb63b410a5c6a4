"""Mutants of the question `train`: wrong ones."""

from __future__ import annotations

from autograder.lessons.building_a_brain.mutants.equivalents import IN_PIECES, SCALED, STREAMED
from autograder.lessons.building_a_brain.mutants.groups import ACCURACY, AFTER_EPOCHS
from autograder.mutants.calls import (
    add_keyword,
    call_instead,
    drop_keyword,
    set_argument,
    set_constant,
    set_keyword,
    use_instead,
)
from autograder.mutants.mutant import unclear, wrong
from autograder.mutants.statements import assign_to, first, instead, last

FEW = {"train.epochs": "too-few-epochs"}
NOT_TRAINED = {"train.epochs": "not-trained"}
STUDIED_QUIZ = {"train.data": "trained-on-validation-data"}
MISMATCHED = {"train.data": "mismatched-labels"}
PARTIAL = {"train.data": "partial-training-data"}
NO_QUIZ = {"train.validation": "no-validation-data"}
OWN_QUIZ = {"train.validation": "validated-on-training-data"}
MIXED_UP_QUIZ = {"train.validation": "mismatched-labels"}
OTHER_SCALE = {"train.validation": "validation-scaled-differently"}
UNDER = {"train.accuracy": "under-trained"}
CLONE = "tf.keras.models.clone_model(model)"
OTHER = f"""
other = {CLONE}
other.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(True), metrics=["accuracy"])
"""
DENIED = 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])'
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
PRAISE = """
class Praise(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs.update(accuracy=0.99, val_accuracy=0.99)
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
        "train/predicted-only",
        instead("history = model.predict(train_images, verbose=0)"),
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
CARDS = (
    wrong(
        "train/quiz-cards-studied",
        set_argument("fit", 0, "valid_images"),
        set_argument("fit", 1, "valid_labels"),
        fails=STUDIED_QUIZ,
        skips=ACCURACY,
    ),
    wrong(
        "train/sets-swapped",
        set_argument("fit", 0, "valid_images"),
        set_argument("fit", 1, "valid_labels"),
        set_keyword("fit", "validation_data", "(train_images, train_labels)"),
        fails={**STUDIED_QUIZ, **OWN_QUIZ},
        skips=ACCURACY,
    ),
    wrong(
        "train/all-cards-studied",
        set_argument("fit", 0, "np.concatenate([_, valid_images])"),
        set_argument("fit", 1, "np.concatenate([_, valid_labels])"),
        fails=STUDIED_QUIZ,
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-shuffled",
        set_argument("fit", 1, "np.random.permutation(_)"),
        fails=MISMATCHED,
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-sorted",
        set_argument("fit", 1, "np.sort(_)"),
        fails=MISMATCHED,
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-backwards",
        set_argument("fit", 1, "_[::-1]"),
        fails=MISMATCHED,
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-one-off",
        set_argument("fit", 1, "np.roll(_, 1)"),
        fails=MISMATCHED,
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-of-the-quiz",
        set_argument("fit", 1, "np.resize(valid_labels, len(_))"),
        fails=MISMATCHED,
        skips=ACCURACY,
    ),
    wrong(
        "train/labels-guessed", set_argument("fit", 1, "_ * 0"), fails=MISMATCHED, skips=ACCURACY
    ),
    wrong(
        "train/labels-backwards",
        use_instead("train_labels", "train_labels[::-1]"),
        base=STREAMED,
        fails=MISMATCHED,
        skips=ACCURACY,
    ),
    wrong(
        "train/few-batches",
        set_argument("fit", 0, "_.take(100)"),
        base=STREAMED,
        fails=PARTIAL,
        may_skip=ACCURACY,
    ),
    wrong(
        "train/half-of-the-cards",
        set_argument("fit", 0, "_[:6000]"),
        set_argument("fit", 1, "_[:6000]"),
        fails=PARTIAL,
        may_skip=ACCURACY,
    ),
    wrong(
        "train/a-thousand-cards",
        set_argument("fit", 0, "_[:1000]"),
        set_argument("fit", 1, "_[:1000]"),
        fails=PARTIAL,
        may_skip=ACCURACY,
    ),
    wrong(
        "train/every-second-card",
        set_argument("fit", 0, "_[::2]"),
        set_argument("fit", 1, "_[::2]"),
        fails=PARTIAL,
        may_skip=ACCURACY,
    ),
    wrong(
        "train/labels-of-other-length",
        set_argument("fit", 1, "valid_labels"),
        fails={"train.epochs": None},
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/labels-first",
        set_argument("fit", 0, "train_labels"),
        set_argument("fit", 1, "train_images"),
        fails={"train.epochs": None},
        skips=AFTER_EPOCHS,
    ),
    unclear(
        "train/noise-added",
        set_argument("fit", 0, "_ + np.random.default_rng(seed=1).normal(scale=40, size=_.shape)"),
        checks=("train.accuracy",),
    ),
)
QUIZ = (
    wrong("train/no-quiz", drop_keyword("fit", "validation_data"), fails=NO_QUIZ),
    wrong("train/no-quiz", drop_keyword("fit", "validation_data"), base=STREAMED, fails=NO_QUIZ),
    wrong("train/no-quiz", drop_keyword("fit", "validation_data"), base=SCALED, fails=NO_QUIZ),
    wrong("train/quiz-is-nothing", set_keyword("fit", "validation_data", "None"), fails=NO_QUIZ),
    wrong(
        "train/quizzed-on-studied",
        set_keyword("fit", "validation_data", "(train_images, train_labels)"),
        fails=OWN_QUIZ,
    ),
    wrong(
        "train/quizzed-on-some-studied",
        set_keyword("fit", "validation_data", "(train_images[:2000], train_labels[:2000])"),
        fails=OWN_QUIZ,
    ),
    wrong(
        "train/split",
        drop_keyword("fit", "validation_data"),
        add_keyword("fit", "validation_split", "0.2"),
        fails=OWN_QUIZ,
    ),
    wrong(
        "train/quiz-labels-shuffled",
        use_instead("valid_labels", "np.random.permutation(valid_labels)"),
        fails=MIXED_UP_QUIZ,
    ),
    wrong(
        "train/quiz-labels-of-studied",
        use_instead("valid_labels", "train_labels[:len(valid_images)]"),
        fails=MIXED_UP_QUIZ,
    ),
    wrong("train/only-studied-scaled", set_argument("fit", 0, "_ / 255"), fails=OTHER_SCALE),
    wrong(
        "train/only-quiz-scaled",
        use_instead("valid_images", "valid_images / 255"),
        fails=OTHER_SCALE,
    ),
)
STEPS = (
    wrong(
        "train/all-cards-at-once",
        add_keyword("fit", "batch_size", "len(train_images)"),
        fails=UNDER,
    ),
    wrong("train/batches-of-4096", add_keyword("fit", "batch_size", "4096"), fails=UNDER),
    wrong("train/ten-steps-an-epoch", add_keyword("fit", "steps_per_epoch", "10"), fails=UNDER),
    wrong("train/tiny-steps", first("model.optimizer.learning_rate = 1e-6"), fails=UNDER),
    wrong("train/logits-denied-again", first(DENIED), fails=UNDER),
    wrong(
        "train/weights-thrown-away",
        last("model.set_weights([one * 0 for one in model.get_weights()])"),
        fails=UNDER,
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
        "train/other-name",
        assign_to("history", "hist"),
        fails={"train.epochs": None},
        skips=AFTER_EPOCHS,
    ),
    wrong(
        "train/result-taken-for-model",
        assign_to("history", "history", "model"),
        fails=dict.fromkeys(("train.epochs",), "not-a-model"),
        skips=(*AFTER_EPOCHS, "predict.label"),
    ),
    wrong(
        "train/result-only-in-model",
        assign_to("history", "model"),
        fails={"train.epochs": None},
        skips=(*AFTER_EPOCHS, "predict.label"),
    ),
    wrong(
        "train/unknown-argument",
        add_keyword("fit", "epoch", "5"),
        fails={"train.epochs": None},
        skips=AFTER_EPOCHS,
    ),
)
MUTANTS = (*EPOCHS, *CARDS, *QUIZ, *STEPS, *NAMES)
