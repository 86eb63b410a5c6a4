"""Scale: the pixels of both sets of cards, brought to a scale from 0 to 1."""

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
    """The training cards, each pixel from 0 to 1."""
    answer = evidence.answer("scale")
    assert answer is not None
    shape = data.train_images.shape
    _raise_first_mistake(scaled(evidence, answer, "train_images", "training", shape))
    tell.passed(
        "The training cards go from 0, black, to 1, white.",
        more="A photograph has three such numbers for each pixel: one each for red, green and"
        " blue.",
    )


@pytest.mark.points(1)
def test_valid(evidence: Evidence, tell: Tell, data: Images) -> None:
    """The validation cards, on the same scale."""
    answer = evidence.answer("scale")
    assert answer is not None
    shape = data.valid_images.shape
    _raise_first_mistake(scaled(evidence, answer, "valid_images", "validation", shape))
    tell.passed(
        "The validation cards are on the same scale.",
        more="Where the numbers to scale by are taken from data, they are taken from the training"
        " cards alone. Even a mean would tell something of the quiz.",
    )


def _raise_first_mistake(given: Scaled) -> None:
    raise_first(
        not_an_array(given),
        another_set(given),
        another_shape(given),
        whole_numbers_left(given),
        not_scaled(given),
        scaled_twice(given),
        another_scale(given),
        unknown_scale(given),
    )
