"""What the check of `parameters` says."""

import pytest
from support.cases import Case, fails, verify
from support.evidence_builder import (
    FLATTEN,
    MODEL,
    Submission,
    claim,
    dense,
    judged,
    normalization,
    of_layers,
    stack,
)

STATISTICS = normalization(28)
PREPARED = stack(STATISTICS, FLATTEN, dense())
HIDDEN = stack(FLATTEN, dense(128, name="hidden", activation="relu"), dense(inputs=128))


def submission(value, kind=None, **more) -> Submission:
    return Submission(parameters=claim(value, kind), **more)


def wrong(misconception, *says, value, kind=None) -> Case:
    return fails("parameters.count", misconception, *says, work=submission(value, kind))


CASES = {
    "right": Case(work=Submission(), check="parameters.count", says=("7,840 weights", "7,850")),
    "as a float": Case(work=submission(7850.0), check="parameters.count"),
    "alone in an array": Case(work=submission((7850,), "ndarray"), check="parameters.count"),
    "the lesson's number, whatever was built": Case(
        work=Submission(built=HIDDEN),
        check="parameters.count",
        others={"build.layers": "failed"},
    ),
    "with statistics that are not learned": Case(
        work=submission(7850 + 56, built=PREPARED), check="parameters.count", says=("are learned",)
    ),
    "the number of another network": Case(
        work=submission(101_770, built=HIDDEN),
        check="parameters.count",
        outcome="skipped",
        says=("right for the network that you built", "“Build the neurons”"),
        others={"build.layers": "failed"},
    ),
    "without biases, of a network without biases": Case(
        work=submission(7840, built=stack(FLATTEN, dense(bias=False))),
        check="parameters.count",
        outcome="skipped",
        others={"build.layers": "failed"},
    ),
    "no biases": wrong("forgot-bias-parameters", "7,840", "y = mx + b", value=7840),
    "one neuron": wrong("counted-one-neuron", "785", "has 10 of them", value=785),
    "one neuron's weights": wrong("counted-one-neuron", "784", value=784),
    "some number": wrong("miscounted", "7,860", "28 × 28", value=7860),
    "as a fraction of Python's": Case(
        work=submission(7850.0, "Fraction"), check="parameters.count"
    ),
    "too large for a float": wrong(
        "not-a-number",
        "is about 1e+5000, far too large; it should be",
        value="1e+5000",
        kind="int",
    ),
    "far below zero": wrong(
        "not-a-number", "is about -3.5e+20, far too small;", value="-3.5e+20", kind="float64"
    ),
    "such a number as a text": wrong("not-a-number", "is '1e+20';", value="1e+20"),
    "almost whole": wrong("not-a-number", "is 7849.999999999999;", value=7849.999999999999),
    "of a class that is no number": wrong(
        "not-a-number", "of type `Mine`", value=None, kind="Mine"
    ),
    "a half": wrong("not-a-number", "0.5", value=0.5),
    "nothing": wrong("not-a-number", "of type `NoneType`", value=None, kind="NoneType"),
    "true": wrong("not-a-number", "of type `bool`", value=True),
    "a text": wrong("not-a-number", "'7850'", value="7850"),
    "nothing, for a model that is not built yet": fails(
        "parameters.count",
        "miscounted",
        work=submission(0, built=stack(FLATTEN, dense(built=False), shape=None)),
        others={"build.input": "failed"},
    ),
    "two numbers": wrong("not-a-number", "of type `tuple`", value=(7840, 10)),
}


@pytest.mark.parametrize("name", CASES)
def test_says(name, verdicts):
    verify(CASES[name], verdicts[name])


def test_no_build_at_all_is_no_hindrance():
    answers = {"build": None}
    verdicts = judged({"": Submission(model=MODEL, answers=answers)})[""]
    assert next(one for one in verdicts.checks if one.question == "parameters").points == 2


def test_layers_that_are_not_learned_are_told_from_those_that_are():
    assert of_layers(STATISTICS, FLATTEN, dense()).model.trainable_parameters == 7850
