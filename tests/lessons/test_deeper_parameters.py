"""The count of the parameters of “A Deeper Brain”, and each way to miscount them."""

from __future__ import annotations

import pytest
from support.cases import Case, fails, verify
from support.deeper_builder import FLATTEN, Submission, answers, claim, hidden, layer, stack

COUNTED = {
    784 * 128 + 128 * 10: "forgot-bias-parameters",
    784 * 128 + 128 + 128 * 10: "forgot-bias-parameters",
    784 * 128 + 128 * 10 + 10: "forgot-bias-parameters",
    784 * 128 + 128: "counted-one-layer",
    128 * 10 + 10: "counted-one-layer",
    784 * 128: "counted-one-layer",
    (784 + 1) * 138: "every-neuron-sees-pixels",
    7850: "counted-without-hidden-layer",
    7840: "counted-without-hidden-layer",
    100_000: "miscounted",
    0: "miscounted",
}
NARROW = stack(FLATTEN, hidden(64), answers(inputs=64))
CASES = {
    **{
        f"{count:,}": fails(
            "parameters.count", named, f"{count:,}", work=Submission(parameters=claim(count))
        )
        for count, named in COUNTED.items()
    },
    "as a float": Case(work=Submission(parameters=claim(101_770.0)), check="parameters.count"),
    "in an array": Case(
        work=Submission(parameters=claim((101_770,), "ndarray")), check="parameters.count"
    ),
    "a text": fails(
        "parameters.count", "not-a-number", work=Submission(parameters=claim("101,770"))
    ),
    "two numbers": fails(
        "parameters.count",
        "not-a-number",
        work=Submission(parameters=claim((100_480, 1_290), "tuple")),
    ),
    "of the network that was built": Case(
        work=Submission(built=NARROW, parameters=claim(NARROW.trainable_parameters)),
        check="parameters.count",
        outcome="skipped",
        others={"build.hidden": "failed"},
    ),
    "with statistics beside it": Case(
        work=Submission(
            built=stack(
                layer("Normalization", (None, 28, 28)),
                FLATTEN,
                hidden(),
                answers(),
                other_parameters=3,
            ),
            parameters=claim(101_773),
        ),
        check="parameters.count",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_parameters(verdicts, name):
    verify(CASES[name], verdicts[name])
