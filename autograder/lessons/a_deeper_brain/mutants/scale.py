"""Mutants of the question `scale`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import Edit, right, wrong
from autograder.lessons.a_deeper_brain.mutants.expectations import (
    ACCURACY,
    TRAIN,
    trained_otherwise,
)

TRAIN_SET = "raw_train_images / 255"
VALID_SET = "raw_valid_images / 255"
BOTH = ("scale.train", "scale.valid")


def both(scaled: str) -> tuple[Edit, Edit]:
    """Scale the images of both sets, each in the place of ``{}``, like this."""
    return (
        (TRAIN_SET, scaled.format("raw_train_images")),
        (VALID_SET, scaled.format("raw_valid_images")),
    )


MUTANTS = (
    right("scale/in-float32", *both("({} / 255).astype('float32')")),
    right("scale/by-256", *both("{} / 256")),
    right("scale/times", (TRAIN_SET, "raw_train_images * (1 / 255)")),
    right("scale/as-tensors", *both("tf.constant({} / 255, tf.float32)")),
    trained_otherwise("scale/not-at-all", *both("{}"), fails=dict.fromkeys(BOTH, "not-scaled")),
    wrong(
        "scale/training-only",
        (VALID_SET, "raw_valid_images"),
        fails={"scale.valid": "not-scaled", "train.validation": "validation-scaled-differently"},
        may_skip=("compare.won",),
    ),
    trained_otherwise(
        "scale/twice", *both("{} / 255 / 255"), fails=dict.fromkeys(BOTH, "scaled-twice")
    ),
    wrong(
        "scale/whole-numbers",
        *both("{} // 255"),
        fails=dict.fromkeys(BOTH, "integer-division"),
        skips=(*ACCURACY, "compare.won"),
    ),
    trained_otherwise(
        "scale/from-minus-one",
        *both("{} / 255 * 2 - 1"),
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
