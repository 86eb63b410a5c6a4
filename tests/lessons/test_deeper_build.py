"""The network of “A Deeper Brain”: the hidden layer, its size, its bend; the last layer."""

from __future__ import annotations

from functools import partial

import pytest
from support.cases import Case, fails, verify
from support.deeper_builder import (
    FLATTEN,
    HIDDEN,
    MODEL,
    RELU,
    Answer,
    Submission,
    answers,
    claim,
    dense,
    hidden,
    layer,
    of_layers,
    stack,
)

# What is asked of other questions where another network was built.
SKIPPED = {"parameters.count": "skipped"}


def built(*layers, shape=(28, 28), **more) -> Submission:
    """Only the network that was handed in to the question itself is another one."""
    return Submission(built=stack(*layers, shape=shape), **more)


ACCEPTED = {
    "as the lesson has it": Submission(),
    "ReLU as a layer": of_layers(FLATTEN, hidden(activation="linear"), RELU, answers()),
    "ReLU as an activation layer": of_layers(
        FLATTEN,
        hidden(activation="linear"),
        layer("Activation", (None, HIDDEN), activation="relu"),
        answers(),
    ),
    "reshaped": of_layers(layer("Reshape", (None, 784)), hidden(), answers()),
    "with dropout": of_layers(
        FLATTEN, hidden(), layer("Dropout", (None, HIDDEN), rate=0.2), answers()
    ),
    "softmax": built(FLATTEN, hidden(), answers(activation="softmax")),
    "a column for the brightness": built(FLATTEN, hidden(), answers(), shape=(28, 28, 1)),
}
wrong_hidden = partial(fails, "build.hidden")
wrong_activation = partial(fails, "build.activation")
CASES = {
    **{name: Case(work=work, check="build.hidden") for name, work in ACCEPTED.items()},
    "a single layer": wrong_hidden(
        "no-hidden-layer", work=built(FLATTEN, dense()), others={"build.activation": "skipped"}
    ),
    "no neurons": wrong_hidden(
        "wrong-neuron-count",
        work=built(FLATTEN),
        others={"build.activation": "skipped", "build.output": "skipped"},
    ),
    "two hidden layers": wrong_hidden(
        "more-hidden-layers",
        work=built(FLATTEN, hidden(), dense(HIDDEN, inputs=HIDDEN, activation="relu"), answers()),
    ),
    "a normalization that learns": wrong_hidden(
        "more-hidden-layers",
        "`BatchNormalization`",
        work=built(
            FLATTEN,
            hidden(),
            layer("BatchNormalization", (None, HIDDEN)).__class__(
                kind="BatchNormalization", name="bn", weights=dense().weights
            ),
            answers(),
        ),
    ),
    "too narrow": wrong_hidden(
        "wrong-hidden-size", "64 neurons", work=built(FLATTEN, hidden(64), answers(inputs=64))
    ),
    "without a bias": wrong_hidden("no-bias", work=built(FLATTEN, hidden(bias=False), answers())),
    "no bend": wrong_activation(
        "no-activation", work=built(FLATTEN, hidden(activation="linear"), answers())
    ),
    "a sigmoid": wrong_activation(
        "other-activation",
        "`sigmoid`",
        work=built(FLATTEN, hidden(activation="sigmoid"), answers()),
    ),
    "two bends": wrong_activation(
        "other-activation",
        work=built(FLATTEN, hidden(), layer("Activation", activation="tanh"), answers()),
    ),
    "a bend of one's own": Case(
        work=built(FLATTEN, hidden(activation="custom"), answers()),
        check="build.activation",
        outcome="error",
    ),
    "ReLU at the end": fails(
        "build.output",
        "hidden-nonlinearity",
        work=built(FLATTEN, hidden(), answers(activation="relu")),
    ),
    "nine outputs": fails(
        "build.output", "wrong-neuron-count", work=built(FLATTEN, hidden(), answers(9))
    ),
    "no input": fails(
        "build.input",
        "wrong-input-shape",
        work=built(FLATTEN, hidden(built=False), answers(built=False), shape=None),
    ),
    "the rows one by one": fails(
        "build.input",
        "missing-flatten",
        work=built(hidden(inputs=28, rows=(28,)), answers(rows=(28,))),
    ),
    "a list of layers": Case(
        work=Submission(
            answers={
                "build": Answer(question="build", claims={"model": claim(None, "list")}),
            }
        ),
        check="build.input",
        outcome="failed",
        misconception="not-a-model",
        others={
            "build.hidden": "skipped",
            "build.activation": "skipped",
            "build.output": "skipped",
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_build(verdicts, name):
    verify(CASES[name], verdicts[name])


def test_the_network_has_as_many_parameters_as_the_lesson_says():
    assert MODEL.trainable_parameters == 101_770
