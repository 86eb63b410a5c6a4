"""Mutants of the question `scale`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.lessons.a_deeper_brain.mutants.expectations import (
    ACCURACY,
    TRAIN,
    trained_otherwise,
)

TRAIN_SET = "raw_train_images / 255"
VALID_SET = "raw_valid_images / 255"
BOTH = ("scale.train", "scale.valid")


MUTANTS = (
    right(
        "scale/in-float32",
        (TRAIN_SET, f"({TRAIN_SET}).astype('float32')"),
        (VALID_SET, f"({VALID_SET}).astype('float32')"),
    ),
    right(
        "scale/by-256", (TRAIN_SET, "raw_train_images / 256"), (VALID_SET, "raw_valid_images / 256")
    ),
    right("scale/times", (TRAIN_SET, "raw_train_images * (1 / 255)")),
    right(
        "scale/as-tensors",
        (TRAIN_SET, f"tf.constant({TRAIN_SET}, tf.float32)"),
        (VALID_SET, f"tf.constant({VALID_SET}, tf.float32)"),
    ),
    trained_otherwise(
        "scale/not-at-all",
        (TRAIN_SET, "raw_train_images"),
        (VALID_SET, "raw_valid_images"),
        fails=dict.fromkeys(BOTH, "not-scaled"),
    ),
    wrong(
        "scale/training-only",
        (VALID_SET, "raw_valid_images"),
        fails={"scale.valid": "not-scaled", "train.validation": "validation-scaled-differently"},
        may_skip=("compare.won",),
    ),
    trained_otherwise(
        "scale/twice",
        (TRAIN_SET, f"{TRAIN_SET} / 255"),
        (VALID_SET, f"{VALID_SET} / 255"),
        fails=dict.fromkeys(BOTH, "scaled-twice"),
    ),
    wrong(
        "scale/whole-numbers",
        (TRAIN_SET, "raw_train_images // 255"),
        (VALID_SET, "raw_valid_images // 255"),
        fails=dict.fromkeys(BOTH, "integer-division"),
        skips=(*ACCURACY, "compare.won"),
    ),
    trained_otherwise(
        "scale/from-minus-one",
        (TRAIN_SET, f"{TRAIN_SET} * 2 - 1"),
        (VALID_SET, f"{VALID_SET} * 2 - 1"),
        fails=dict.fromkeys(BOTH, "another-scale"),
    ),
    wrong(
        "scale/sets-swapped",
        ("train_images = raw_train_images", "train_images = raw_valid_images"),
        ("\nvalid_images = raw_valid_images", "\nvalid_images = raw_train_images"),
        fails=dict.fromkeys(BOTH, "sets-swapped"),
        skips=(*TRAIN, "compare.won"),
    ),
    wrong(
        "scale/largest-pixel",
        (TRAIN_SET, "raw_train_images.max() / 255"),
        fails={"scale.train": "not-an-array"},
        skips=(*TRAIN, "compare.won"),
    ),
    wrong(
        "scale/a-part",
        (TRAIN_SET, f"({TRAIN_SET})[:1000]"),
        fails={"scale.train": "pictures-reshaped"},
        skips=TRAIN,
    ),
    wrong(
        "scale/other-names",
        ("train_images = ", "scaled_images = "),
        fails={"scale.train": None},
        skips=("scale.valid", *TRAIN, "compare.won"),
    ),
)
