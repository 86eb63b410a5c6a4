"""Mutants of the question `scale`."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import set_value
from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.statement_edits import assign_to
from autograder.lessons.a_deeper_brain.mutants.expectations import ACCURACY, TRAIN

BOTH = ("scale.train", "scale.valid")


def train(value: str) -> Edit:
    """Use other training images."""
    return set_value("train_images", value)


def valid(value: str) -> Edit:
    """Use other validation images."""
    return set_value("valid_images", value)


MUTANTS = (
    right("scale/in-float32", train("_.astype('float32')"), valid("_.astype('float32')")),
    right("scale/by-256", train("raw_train_images / 256"), valid("raw_valid_images / 256")),
    right("scale/times", train("raw_train_images * (1 / 255)")),
    right(
        "scale/as-tensors",
        train("tf.constant(_, tf.float32)"),
        valid("tf.constant(_, tf.float32)"),
    ),
    wrong(
        "scale/not-at-all",
        train("raw_train_images"),
        valid("raw_valid_images"),
        fails=dict.fromkeys(BOTH, "not-scaled"),
        may_skip=ACCURACY,
    ),
    wrong(
        "scale/training-only",
        valid("raw_valid_images"),
        fails={
            "scale.valid": "not-scaled",
            "train.validation": "validation-scaled-differently",
        },
        may_skip=("compare.won",),
    ),
    wrong(
        "scale/twice",
        train("_ / 255"),
        valid("_ / 255"),
        fails=dict.fromkeys(BOTH, "scaled-twice"),
        may_skip=ACCURACY,
    ),
    wrong(
        "scale/whole-numbers",
        train("raw_train_images // 255"),
        valid("raw_valid_images // 255"),
        fails=dict.fromkeys(BOTH, "integer-division"),
        skips=(*ACCURACY, "compare.won"),
    ),
    wrong(
        "scale/from-minus-one",
        train("_ * 2 - 1"),
        valid("_ * 2 - 1"),
        fails=dict.fromkeys(BOTH, "another-scale"),
        may_skip=ACCURACY,
    ),
    wrong(
        "scale/sets-swapped",
        train("raw_valid_images / 255"),
        valid("raw_train_images / 255"),
        fails=dict.fromkeys(BOTH, "sets-swapped"),
        skips=(*TRAIN, "compare.won"),
    ),
    wrong(
        "scale/largest-pixel",
        train("raw_train_images.max() / 255"),
        fails={"scale.train": "not-an-array"},
        skips=(*TRAIN, "compare.won"),
    ),
    wrong(
        "scale/a-part",
        train("_[:1000]"),
        fails={"scale.train": "pictures-reshaped"},
        skips=TRAIN,
    ),
    wrong(
        "scale/other-names",
        assign_to("train_images", "scaled_images"),
        fails={"scale.train": None},
        skips=("scale.valid", *TRAIN, "compare.won"),
    ),
)
