"""The scaled pixels of “A Deeper Brain”: what earns its points, and how each mistake is named."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from support.cases import Case, fails, verify
from support.deeper_builder import (
    LESSON,
    Submission,
    claim,
    pictures,
    training,
    untouched,
    validation,
    with_map,
)

MAPPED = training(labels="none", scale="map/scale", shift="map/shift")
NOT_FOUND = training(split="unknown", labels="none", scale=None, shift=None)


def train(scale, shift=0.0, **numbers):
    """Training images with other pixels; those to validate on are right."""
    return Submission(
        train_images=pictures(**({"about": MAPPED} | numbers)), arrays=with_map(scale, shift)
    )


wrong_scale = partial(fails, "scale.train")
CASES = {
    "right": Case(work=Submission(), check="scale.train"),
    "in float32": Case(
        work=Submission(train_images=pictures(dtype="float32")), check="scale.train"
    ),
    "divided by 256": Case(work=train(1 / 256, high=255 / 256), check="scale.train"),
    "not scaled": wrong_scale(
        "not-scaled", "from 0 to 255", work=train(1.0, dtype="uint8", high=255.0)
    ),
    "only the validation images are not scaled": fails(
        "scale.valid",
        "not-scaled",
        "`valid_images`",
        work=Submission(
            valid_images=pictures("validation", about=validation(scale="one"), high=255.0)
        ),
    ),
    "scaled twice": wrong_scale("scaled-twice", "0.0039", work=train(1 / 255**2, high=1 / 255)),
    "two strokes": wrong_scale(
        "integer-division",
        "greys",
        work=Submission(train_images=pictures(dtype="uint8", about=NOT_FOUND)),
    ),
    "from -1 to 1": wrong_scale(
        "another-scale", "black is -1 and white is 1", work=train(2 / 255, -1.0)
    ),
    "inside out": wrong_scale("another-scale", "black is 1", work=train(-1 / 255, 1.0)),
    "laid end to end": wrong_scale(
        "pictures-reshaped",
        "(12000, 784)",
        work=Submission(train_images=pictures(shape=(12_000, 784))),
    ),
    "too few": wrong_scale(
        "pictures-reshaped",
        work=Submission(train_images=pictures(shape=(100, 28, 28), about=training(count=100))),
    ),
    "the other set": fails(
        "scale.valid",
        "sets-swapped",
        "training images",
        work=Submission(
            valid_images=pictures("validation", about=training(count=2_000, labels="none"))
        ),
    ),
    "the whole other set": fails(
        "scale.valid",
        "sets-swapped",
        "training images",
        work=Submission(valid_images=pictures(about=training(labels="none"))),
    ),
    "a number": wrong_scale("not-an-array", "`float`", work=Submission(train_images=claim(0.5))),
    "each pixel on its own": Case(
        work=train(np.full(784, 1 / 255), np.zeros(784)), check="scale.train", outcome="error"
    ),
    "something else": Case(
        work=Submission(train_images=pictures(about=NOT_FOUND)),
        check="scale.train",
        outcome="error",
    ),
    "nothing": Case(
        work=untouched(),
        check="scale.train",
        outcome="not_attempted",
        others={
            f"{name}": "not_attempted"
            for name in (
                *("scale.valid", "build.input", "build.hidden", "build.activation"),
                *("build.output", "parameters.count", "compile.loss", "compile.optimizer"),
                *("compile.metric", "train.data", "train.validation", "train.stopping"),
                *("train.restored", "train.accuracy", "compare.won"),
            )
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_scale(verdicts, name):
    verify(CASES[name], verdicts[name])


def test_the_right_solution_earns_everything(verdicts):
    assert sum(one.points for one in verdicts["right"].checks) == LESSON.max_score == 20
