"""Count the parameters: weights and biases, of the hidden layer and of the last one."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.lesson import Lesson
from autograder.core.verdicts import Tell
from autograder.judge.rules.format import whole_number
from autograder.judge.rules.parameter_count import right_for_other_network
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.constants import (
    HIDDEN_PARAMETERS,
    OUTPUT_PARAMETERS,
    PARAMETERS,
)
from autograder.lessons.a_deeper_brain.rules import parameter_count


@pytest.mark.points(2)
def test_count(evidence: Evidence, tell: Tell, lesson: Lesson) -> None:
    """The number of values that both layers learn."""
    answer, build = evidence.answer("parameters"), evidence.answer("build")
    assert answer is not None
    claim = answer.claims["number_of_parameters"]
    count, own = whole_number(claim), build.model if build else None
    raise_first(
        parameter_count.no_whole_number(claim),
        right_for_other_network(count, own, PARAMETERS, lesson.question("build").title),
        parameter_count.biases_forgotten(count),
        parameter_count.one_layer(count),
        parameter_count.all_see_pixels(count),
        parameter_count.no_hidden(count),
        parameter_count.another_number(count, own),
    )
    tell.passed(
        f"{HIDDEN_PARAMETERS:,} in the hidden layer and {OUTPUT_PARAMETERS:,} in the last one:"
        f" {PARAMETERS:,}."
        if count == PARAMETERS
        else f"{PARAMETERS:,} are learned; the others only prepare the pixels.",
        more="There are more parameters than training images. Why that works anyway is an open"
        " question of deep learning.",
    )
