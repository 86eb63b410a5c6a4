"""Mutants of the question `train`: wrong images for training or validation."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.snippets import fitted_with
from autograder.lessons.building_a_brain.mutants.equivalents import STREAMED
from autograder.lessons.building_a_brain.mutants.expectations import (
    lowers_accuracy,
    stops_train,
    trained_otherwise,
)

TRAINED_ON_VALIDATION = {"train.data": "trained-on-validation-data"}
PARTIAL = {"train.data": "partial-training-data"}
NO_VALIDATION = {"train.validation": "no-validation-data"}
OWN_VALIDATION = {"train.validation": "validated-on-training-data"}
NOISE = "np.random.default_rng(seed=1).normal(scale=40, size=train_images.shape)"
OTHER_SCALE = {"train.validation": "validation-scaled-differently"}

on_validation = partial(lowers_accuracy, fails=TRAINED_ON_VALIDATION)
mismatched = partial(lowers_accuracy, fails={"train.data": "mismatched-labels"})
validated_on_training = partial(wrong, fails=OWN_VALIDATION)
mismatched_validation = partial(wrong, fails={"train.validation": "mismatched-labels"})

IMAGES = (
    on_validation(
        "train/quiz-cards-studied",
        ("train_images", "valid_images"),
        ("train_labels", "valid_labels"),
    ),
    lowers_accuracy(
        "train/sets-swapped",
        ("train_images", "valid_images"),
        ("train_labels", "valid_labels"),
        ("(valid_images, valid_labels)", "(train_images, train_labels)"),
        fails={**TRAINED_ON_VALIDATION, **OWN_VALIDATION},
    ),
    on_validation(
        "train/all-cards-studied",
        ("train_images", "np.concatenate([train_images, valid_images])"),
        ("train_labels", "np.concatenate([train_labels, valid_labels])"),
    ),
    on_validation(
        "train/both-sets-in-one-stream",
        """
cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels))
quiz = tf.data.Dataset.from_tensor_slices((valid_images, valid_labels))
history = model.fit(
    cards.concatenate(quiz).batch(32), epochs=5, validation_data=quiz.batch(500), verbose=2
)
""",
    ),
    mismatched("train/labels-shuffled", ("train_labels", "np.random.permutation(train_labels)")),
    mismatched("train/labels-backwards", ("train_labels", "train_labels[::-1]")),
    mismatched(
        "train/labels-of-the-quiz", ("train_labels", "np.resize(valid_labels, len(train_labels))")
    ),
    mismatched("train/labels-backwards", ("train_labels", "train_labels[::-1]"), base=STREAMED),
    trained_otherwise(
        "train/few-batches", ("batch(32)", "batch(32).take(100)"), base=STREAMED, fails=PARTIAL
    ),
    trained_otherwise(
        "train/a-thousand-cards",
        ("train_images", "train_images[:1000]"),
        ("train_labels", "train_labels[:1000]"),
        fails=PARTIAL,
    ),
    stops_train("train/labels-of-other-length", ("train_labels", "valid_labels")),
    stops_train(
        "train/labels-first", ("train_images,\n    train_labels", "train_labels, train_images")
    ),
    # What the model is validated on says how it sees images.
    right("train/noise-added", ("train_images,", f"train_images + {NOISE},")),
)
VALIDATION = (
    wrong(
        "train/no-quiz", ("validation_data=(valid_images, valid_labels),", ""), fails=NO_VALIDATION
    ),
    wrong(
        "train/no-quiz",
        ("validation_data=quiz.batch(500), ", ""),
        base=STREAMED,
        fails=NO_VALIDATION,
    ),
    validated_on_training(
        "train/quizzed-on-studied", ("(valid_images, valid_labels)", "(train_images, train_labels)")
    ),
    validated_on_training(
        "train/quizzed-on-some-studied",
        ("(valid_images, valid_labels)", "(train_images[:2000], train_labels[:2000])"),
    ),
    wrong(
        "train/quizzed-on-few",
        ("(valid_images, valid_labels)", "(valid_images[:500], valid_labels[:500])"),
        fails={"train.validation": "partial-validation-data"},
    ),
    validated_on_training(
        "train/split",
        ("validation_data=(valid_images, valid_labels),", ""),
        fitted_with("validation_split=0.2"),
    ),
    mismatched_validation(
        "train/quiz-labels-shuffled", ("valid_labels", "np.random.permutation(valid_labels)")
    ),
    mismatched_validation(
        "train/quiz-labels-of-studied", ("valid_labels", "train_labels[:len(valid_images)]")
    ),
    wrong("train/only-studied-scaled", ("train_images", "train_images / 255"), fails=OTHER_SCALE),
    wrong("train/only-quiz-scaled", ("valid_images", "valid_images / 255"), fails=OTHER_SCALE),
)
MUTANTS = (*IMAGES, *VALIDATION)
