"""Scale: the pixels of both sets, brought to a scale from 0 to 1."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Tell
from autograder.datasets import Images
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.rules.scaling import (
    Scaled,
    another_scale,
    another_set,
    another_shape,
    not_an_array,
    not_scaled,
    scaled,
    scaled_twice,
    unknown_scale,
    whole_numbers_left,
)


@pytest.mark.points(1)
def test_train(evidence: Evidence, tell: Tell, data: Images) -> None:
    """The training images, each pixel from 0 to 1."""
    answer = evidence.answer("scale")
    assert answer is not None
    shape = data.train_images.shape
    _raise_first_mistake(scaled(evidence, answer, "train_images", "training", shape))
    tell.passed(
        "The training images go from 0, black, to 1, white.",
        more="A photograph has three such numbers for each pixel: one each for red, green and"
        " blue.",
    )


@pytest.mark.points(1)
def test_valid(evidence: Evidence, tell: Tell, data: Images) -> None:
    """The validation images, on the same scale."""
    answer = evidence.answer("scale")
    assert answer is not None
    shape = data.valid_images.shape
    _raise_first_mistake(scaled(evidence, answer, "valid_images", "validation", shape))
    tell.passed(
        "The validation images have the same scale.",
        more="Numbers for scaling are taken from the training images alone. Even a mean of the"
        " validation images would reveal something about them.",
    )


def _raise_first_mistake(array: Scaled) -> None:
    raise_first(
        not_an_array(array),
        another_set(array),
        another_shape(array),
        whole_numbers_left(array),
        not_scaled(array),
        scaled_twice(array),
        another_scale(array),
        unknown_scale(array),
    )
