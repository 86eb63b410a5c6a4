"""How the network of “A Deeper Brain” is compiled: as in the lesson before."""

from __future__ import annotations

import pytest
from support.cases import Case, fails, verify
from support.deeper_builder import COMPILED, Submission, changed

# A wrong loss explains an accuracy that is missed; here it was not missed.
CASES = {
    "right": Case(work=Submission(), check="compile.loss"),
    "logits taken for probabilities": fails(
        "compile.loss",
        "logits-treated-as-probabilities",
        work=Submission(compiled=changed(COMPILED, loss_settings={"from_logits": False})),
    ),
    "one-hot": fails(
        "compile.loss",
        "one-hot-loss-on-integer-labels",
        work=Submission(compiled=changed(COMPILED, loss="CategoricalCrossentropy")),
    ),
    "another optimizer": fails(
        "compile.optimizer",
        "wrong-optimizer",
        "SGD",
        work=Submission(compiled=changed(COMPILED, optimizer="SGD")),
    ),
    "no metric": fails(
        "compile.metric",
        "no-accuracy-metric",
        work=Submission(compiled=changed(COMPILED, metrics=())),
    ),
    "never": Case(
        work=Submission(compiled=None),
        check="compile.loss",
        outcome="failed",
        misconception="not-compiled",
        others={"compile.optimizer": "skipped", "compile.metric": "skipped"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_compile(verdicts, name):
    verify(CASES[name], verdicts[name])
