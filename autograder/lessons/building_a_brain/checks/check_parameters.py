"""Count the parameters: a weight a pixel and neuron, a bias a neuron."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.lesson import Lesson
from autograder.core.verdicts import Tell
from autograder.judge.rules.format import whole_number
from autograder.judge.rules.parameter_count import right_for_other_network
from autograder.judge.rules.rule import raise_first
from autograder.lessons.building_a_brain.constants import CLASSES, PARAMETERS, PIXELS
from autograder.lessons.building_a_brain.rules import parameter_count


@pytest.mark.points(2)
def test_count(evidence: Evidence, tell: Tell, lesson: Lesson) -> None:
    """The number of values that the lesson's ten neurons learn."""
    answer, build = evidence.answer("parameters"), evidence.answer("build")
    assert answer is not None
    claim = answer.claims["number_of_parameters"]
    count, own = whole_number(claim), build.model if build else None
    raise_first(
        parameter_count.no_whole_number(claim),
        right_for_other_network(count, own, PARAMETERS, lesson.question("build").title),
        parameter_count.weights_only(count),
        parameter_count.one_neuron(count),
        parameter_count.another_number(count, own),
    )
    tell.passed(
        f"{PIXELS:,} pixels × {CLASSES} neurons = {PIXELS * CLASSES:,} weights, and {CLASSES}"
        f" biases: {PARAMETERS:,}."
        if count == PARAMETERS
        else f"{PARAMETERS:,} are learned; the others only prepare the pixels.",
        more="Each of them is one number of 32 bits, so the whole network takes about 31 kilobytes:"
        " less than a small photograph.",
    )
