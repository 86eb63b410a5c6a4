"""Scale: the pixels of both sets, brought to a scale from 0 to 1."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import Tell
from autograder.datasets import Images
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.rules import scaling


@pytest.mark.points(1)
def test_train(evidence: Evidence, tell: Tell, data: Images) -> None:
    """The training images, each pixel from 0 to 1."""
    answer = evidence.answer("scale")
    assert answer is not None
    shape = data.train_images.shape
    _raise_first_mistake(scaling.scaled(evidence, answer, "train_images", "training", shape))
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
    _raise_first_mistake(scaling.scaled(evidence, answer, "valid_images", "validation", shape))
    tell.passed(
        "The validation images have the same scale.",
        more="Numbers for scaling are taken from the training images alone. Even a mean of the"
        " validation images would reveal something about them.",
    )


def _raise_first_mistake(array: scaling.Scaled) -> None:
    raise_first(
        scaling.not_an_array(array),
        scaling.another_set(array),
        scaling.another_shape(array),
        scaling.whole_numbers_left(array),
        scaling.not_scaled(array),
        scaling.scaled_twice(array),
        scaling.another_scale(array),
        scaling.unknown_scale(array),
    )
