"""Mutants of the question `train`: wrong images for training or validation."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    drop_keyword,
    set_argument,
    set_keyword,
    use_instead,
)
from autograder.authoring.spec.mutation import unclear, wrong
from autograder.lessons.building_a_brain.mutants.equivalents import STREAMED
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, AFTER_EPOCHS

STUDIED_QUIZ = {"train.data": "trained-on-validation-data"}
MISMATCHED = {"train.data": "mismatched-labels"}
PARTIAL = {"train.data": "partial-training-data"}
NO_QUIZ = {"train.validation": "no-validation-data"}
OWN_QUIZ = {"train.validation": "validated-on-training-data"}
MIXED_UP_QUIZ = {"train.validation": "mismatched-labels"}
OTHER_SCALE = {"train.validation": "validation-scaled-differently"}

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
        "train/labels-backwards",
        set_argument("fit", 1, "_[::-1]"),
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
        "train/a-thousand-cards",
        set_argument("fit", 0, "_[:1000]"),
        set_argument("fit", 1, "_[:1000]"),
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
        "train/quizzed-on-few",
        set_keyword("fit", "validation_data", "(valid_images[:500], valid_labels[:500])"),
        fails={"train.validation": "partial-validation-data"},
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
MUTANTS = (*CARDS, *QUIZ)
