"""Mutants of the question `compile`."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import (
    add_keyword,
    call_instead,
    drop_keyword,
    not_called,
    set_constant,
    set_keyword,
)
from autograder.authoring.spec.edits import Edit
from autograder.authoring.spec.mutation import right, unclear, wrong
from autograder.authoring.spec.statement_edits import first, instead
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, COMPILE, TRAIN

PROBABILITIES = {"compile.loss": "logits-treated-as-probabilities"}
ONE_HOT = {"compile.loss": "one-hot-loss-on-integer-labels"}
BINARY = {"compile.loss": "binary-loss"}
REGRESSION = {"compile.loss": "regression-loss"}
OTHER_LOSS = {"compile.loss": "other-loss"}
OPTIMIZER = {"compile.optimizer": "wrong-optimizer"}
METRIC = {"compile.metric": "no-accuracy-metric"}
SPARSE = "SparseCategoricalCrossentropy"
SPARSE_LOSS = "tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
FUNCTION = "tf.keras.losses.sparse_categorical_crossentropy"


def loss(value: str) -> Edit:
    """Use another loss."""
    return set_keyword("compile", "loss", value)


def optimizer(value: str) -> Edit:
    """Use another optimizer."""
    return set_keyword("compile", "optimizer", value)


def metrics(value: str) -> Edit:
    """Use other metrics."""
    return set_keyword("compile", "metrics", value)


RIGHT = (
    right("compile/adam-object", optimizer("tf.keras.optimizers.Adam()")),
    right("compile/adam-half-as-fast", optimizer("tf.keras.optimizers.Adam(0.0005)")),
    right("compile/logits-by-place", loss("tf.keras.losses.SparseCategoricalCrossentropy(True)")),
    right(
        "compile/loss-function",
        loss(f"functools.partial({FUNCTION}, from_logits=True)"),
        first("import functools"),
    ),
    right("compile/acc", metrics('["acc"]')),
    right("compile/accuracy-object", metrics("[tf.keras.metrics.SparseCategoricalAccuracy()]")),
    right(
        "compile/two-metrics",
        metrics('["accuracy", tf.keras.metrics.SparseTopKCategoricalAccuracy(k=3)]'),
    ),
    right(
        "compile/by-place", instead(f"model.compile('adam', {SPARSE_LOSS}, metrics=['accuracy'])")
    ),
    right("compile/twice", first("model.compile('sgd', 'mse')")),
    right("compile/many-steps-at-a-time", add_keyword("compile", "steps_per_execution", "25")),
)
LOSS = (
    wrong(
        "compile/logits-denied", set_constant(True, "False"), fails=PROBABILITIES, may_skip=ACCURACY
    ),
    wrong(
        "compile/logits-not-said",
        drop_keyword(SPARSE, "from_logits"),
        fails=PROBABILITIES,
        may_skip=ACCURACY,
    ),
    wrong(
        "compile/loss-by-name",
        loss('"sparse_categorical_crossentropy"'),
        fails=PROBABILITIES,
        may_skip=ACCURACY,
    ),
    wrong(
        "compile/one-hot-loss",
        call_instead(SPARSE, "tf.keras.losses.CategoricalCrossentropy"),
        fails=ONE_HOT,
        skips=TRAIN,
    ),
    wrong(
        "compile/binary-loss",
        call_instead(SPARSE, "tf.keras.losses.BinaryCrossentropy"),
        fails=BINARY,
        skips=TRAIN,
    ),
    wrong("compile/mse", loss('"mse"'), fails=REGRESSION, skips=TRAIN),
    wrong("compile/hinge", loss('"categorical_hinge"'), fails=OTHER_LOSS, skips=TRAIN),
    wrong("compile/no-loss", drop_keyword("compile", "loss"), fails=OTHER_LOSS, skips=TRAIN),
    unclear(
        "compile/own-loss",
        loss("lambda labels, outputs: " + FUNCTION + "(labels, outputs, from_logits=True)"),
        checks=("compile.loss",),
    ),
)
OPTIMIZERS = (
    wrong("compile/sgd", optimizer('"sgd"'), fails=OPTIMIZER, may_skip=ACCURACY),
    wrong("compile/rmsprop", optimizer('"rmsprop"'), fails=OPTIMIZER, may_skip=ACCURACY),
    wrong(
        "compile/no-optimizer",
        drop_keyword("compile", "optimizer"),
        fails=OPTIMIZER,
        may_skip=ACCURACY,
    ),
)
METRICS = (
    wrong("compile/no-metrics", drop_keyword("compile", "metrics"), fails=METRIC),
    wrong("compile/mse-as-metric", metrics('["mse"]'), fails=METRIC, skips=TRAIN),
    wrong("compile/one-hot-accuracy", metrics('["categorical_accuracy"]'), fails=METRIC),
    wrong(
        "compile/exact-accuracy",
        metrics("[tf.keras.metrics.Accuracy()]"),
        fails=METRIC,
        skips=TRAIN,
    ),
)
NOT_COMPILED = (
    wrong(
        "compile/not-called",
        not_called("compile"),
        fails={"compile.loss": "not-compiled"},
        skips=(*COMPILE[1:], *TRAIN),
    ),
    wrong(
        "compile/names-only",
        instead(f"optimizer = 'adam'\nloss = {SPARSE_LOSS}\nmetrics = ['accuracy']"),
        fails={"compile.loss": "not-compiled"},
        skips=(*COMPILE[1:], *TRAIN),
    ),
    wrong(
        "compile/result-taken-for-model",
        instead(f"model = model.compile('adam', {SPARSE_LOSS}, metrics=['accuracy'])"),
        fails={"compile.loss": "not-a-model"},
        skips=(*COMPILE[1:], *TRAIN, "predict.label"),
    ),
    wrong(
        "compile/unknown-name",
        optimizer('"adamm"'),
        fails={"compile.loss": None},
        skips=(*COMPILE[1:], *TRAIN),
    ),
    wrong(
        "compile/unknown-argument",
        add_keyword("compile", "epochs", "5"),
        fails={"compile.loss": None},
        skips=(*COMPILE[1:], *TRAIN),
    ),
)
MUTANTS = (*RIGHT, *LOSS, *OPTIMIZERS, *METRICS, *NOT_COMPILED)
