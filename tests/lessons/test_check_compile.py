"""What the checks of `compile` say."""

from functools import partial

import pytest
from support.cases import Case, fails, verify
from support.evidence_builder import (
    COMPILED,
    FLATTEN,
    MODEL,
    Submission,
    cell,
    changed,
    claim,
    dense,
    layer,
    stack,
)

from autograder.core.evidence import Answer

SOFTMAX = stack(FLATTEN, dense(activation="softmax"))
OWN_SOFTMAX = layer("Softmax", (None, 10))
FROM_PROBABILITIES = {"from_logits": False}


def compiled(**changes) -> Submission:
    """The right model, compiled in another way."""
    return Submission(compiled=changed(COMPILED, **changes))


wrong_loss = partial(fails, "compile.loss")


def loss(name: str, *, model=MODEL, logits: bool | None = None) -> Submission:
    settings = {} if logits is None else {"from_logits": logits}
    return Submission(model=model, compiled=changed(COMPILED, loss=name, loss_settings=settings))


STOPPED = {"train": cell("train", status="error", ename="ValueError", evalue="No loss.\nMore.")}


def never_trained(**changes) -> Submission:
    """The cell that trains stops with an error: a consequence."""
    answers = {"train": None, **changes.pop("answers", {})}
    return Submission(fits=(), answers=answers, cells=STOPPED, **changes)


UNTRAINED = dict.fromkeys(
    (f"train.{name}" for name in ("epochs", "data", "validation", "device", "accuracy")), "skipped"
)
UNCOMPILED = {**UNTRAINED, "compile.optimizer": "skipped", "compile.metric": "skipped"}
CASES = {
    "right": Case(work=Submission(), check="compile.loss", says=("certain and wrong",)),
    "softmax and probabilities": Case(
        work=loss(COMPILED.loss, model=SOFTMAX, logits=False), check="compile.loss"
    ),
    "softmax and the loss by its name": Case(
        work=loss(COMPILED.loss, model=SOFTMAX), check="compile.loss"
    ),
    "several metrics": Case(work=compiled(metrics=("mse", "acc")), check="compile.metric"),
    "the metric as an object": Case(
        work=compiled(metrics=("SparseCategoricalAccuracy",)), check="compile.metric"
    ),
    "the metric by its full name": Case(
        work=compiled(metrics=("sparse_categorical_accuracy",)), check="compile.metric"
    ),
    "adam at another pace": Case(
        work=compiled(optimizer_settings={"learning_rate": 0.002}), check="compile.optimizer"
    ),
    "softmax twice": wrong_loss(
        "softmax-with-logits-loss",
        "probabilities already",
        "in one place only",
        work=loss(COMPILED.loss, model=SOFTMAX, logits=True),
    ),
    "softmax twice, as a layer": wrong_loss(
        "softmax-with-logits-loss", work=Submission(model=stack(FLATTEN, dense(), OWN_SOFTMAX))
    ),
    "probabilities, whatever comes before them": wrong_loss(
        "softmax-with-logits-loss",
        work=Submission(model=stack(FLATTEN, dense(activation="relu"), OWN_SOFTMAX)),
        others={"build.activation": "failed"},
    ),
    "outputs that nobody can tell": Case(
        work=Submission(model=stack(FLATTEN, dense(), layer("Lambda", (None, 10)))),
        check="compile.loss",
        outcome="error",
        says=("cannot say whether the loss fits them", "stay open"),
        others=dict.fromkeys(("build.activation", "train.accuracy", "predict.label"), "error"),
    ),
    "a loss function of one's own": Case(
        work=loss("custom"),
        check="compile.loss",
        outcome="error",
        says=("one of your own", "the grader cannot see", "stay open"),
    ),
    "a loss class of one's own": Case(
        work=loss("SparseCategoricalCrossentropy (custom)"), check="compile.loss", outcome="error"
    ),
    "logits for probabilities": wrong_loss(
        "logits-treated-as-probabilities",
        "outputs logits",
        "expects probabilities",
        work=loss(COMPILED.loss, logits=False),
    ),
    "the loss by its name": wrong_loss("logits-treated-as-probabilities", work=loss(COMPILED.loss)),
    "one-hot loss": wrong_loss(
        "one-hot-loss-on-integer-labels",
        "CategoricalCrossentropy",
        "row of 10 zeros and ones",
        "integers from 0 to 9",
        work=loss("CategoricalCrossentropy", logits=True),
    ),
    "mean squared error": wrong_loss(
        "regression-loss", "MeanSquaredError", "labels are names", work=loss("MeanSquaredError")
    ),
    "Huber": wrong_loss("regression-loss", "Huber", work=loss("Huber")),
    "binary": wrong_loss(
        "binary-loss", "yes and no", "10 classes", work=loss("BinaryCrossentropy", logits=True)
    ),
    "some other loss": wrong_loss(
        "other-loss",
        "The loss is Poisson",
        "sparse categorical cross-entropy",
        work=loss("Poisson"),
    ),
    "another optimizer": fails(
        "compile.optimizer",
        "wrong-optimizer",
        "The optimizer is SGD",
        "asks for Adam",
        work=compiled(optimizer="SGD"),
    ),
    "Keras' own choice": fails(
        "compile.optimizer", "wrong-optimizer", "RMSprop", work=compiled(optimizer="RMSprop")
    ),
    "no metric": fails(
        "compile.metric",
        "no-accuracy-metric",
        "No metric is measured",
        "asks for accuracy",
        work=compiled(metrics=()),
    ),
    "another metric": fails(
        "compile.metric",
        "no-accuracy-metric",
        "`mse`",
        "share of images",
        work=compiled(metrics=("mse",)),
    ),
    "exact equality": fails(
        "compile.metric", "no-accuracy-metric", "`Accuracy`", work=compiled(metrics=("Accuracy",))
    ),
    "relu on the outputs is marked under build": Case(
        work=Submission(model=stack(FLATTEN, dense(activation="relu"))),
        check="compile.loss",
        others={"build.activation": "failed"},
    ),
    "a loss that cannot be written down": Case(
        work=compiled(loss="", loss_settings={}, metrics=()),
        check="compile.loss",
        outcome="error",
        says=("a loss of your own", "stay open until the manual review"),
        others={"compile.optimizer": "error", "compile.metric": "error"},
    ),
    "no loss at all": wrong_loss(
        "other-loss",
        "There is no loss",
        work=never_trained(compiled=changed(COMPILED, loss="", loss_settings={})),
        others=UNTRAINED,
    ),
    "a cell that runs but does not compile": wrong_loss(
        "not-compiled",
        "the model is not compiled",
        work=never_trained(compiled=None),
        others=UNCOMPILED,
    ),
    "what compile gives back": wrong_loss(
        "not-a-model",
        "do not assign",
        work=never_trained(
            answers={
                "compile": Answer(question="compile", claims={"model": claim(None, "NoneType")})
            }
        ),
        others=UNCOMPILED,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_says(name, verdicts):
    verify(CASES[name], verdicts[name])
