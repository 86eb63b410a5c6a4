"""Mutants of the question `compile`."""

from __future__ import annotations

from functools import partial

from autograder.authoring.spec.mutation import right, unclear, wrong
from autograder.authoring.spec.snippets import SPARSE
from autograder.lessons.building_a_brain.mutants.expectations import (
    AFTER_COMPILE,
    TRAIN,
    stops_compile,
    trained_otherwise,
)

ONE_HOT = {"compile.loss": "one-hot-loss-on-integer-labels"}
BINARY = {"compile.loss": "binary-loss"}
REGRESSION = {"compile.loss": "regression-loss"}
OTHER_LOSS = {"compile.loss": "other-loss"}
OPTIMIZER = {"compile.optimizer": "wrong-optimizer"}
METRIC = {"compile.metric": "no-accuracy-metric"}
FUNCTION = "tf.keras.losses.sparse_categorical_crossentropy"

denied = partial(trained_otherwise, fails={"compile.loss": "logits-treated-as-probabilities"})
not_compiled = partial(wrong, fails={"compile.loss": "not-compiled"}, skips=AFTER_COMPILE)

RIGHT = (
    right("compile/adam-object", ('"adam"', "tf.keras.optimizers.Adam()")),
    right("compile/adam-half-as-fast", ('"adam"', "tf.keras.optimizers.Adam(0.0005)")),
    right("compile/logits-by-place", ("from_logits=True", "True")),
    right(
        "compile/loss-function",
        (SPARSE, f"functools.partial({FUNCTION}, from_logits=True)"),
        ("model.compile(", "import functools\nmodel.compile("),
    ),
    right("compile/acc", ('["accuracy"]', '["acc"]')),
    right(
        "compile/accuracy-object",
        ('["accuracy"]', "[tf.keras.metrics.SparseCategoricalAccuracy()]"),
    ),
    right(
        "compile/two-metrics",
        ('["accuracy"]', '["accuracy", tf.keras.metrics.SparseTopKCategoricalAccuracy(k=3)]'),
    ),
    right("compile/by-place", f"model.compile('adam', {SPARSE}, metrics=['accuracy'])"),
    right("compile/twice", ("model.compile(", "model.compile('sgd', 'mse')\nmodel.compile(")),
    right("compile/many-steps-at-a-time", ('["accuracy"]', '["accuracy"], steps_per_execution=25')),
)
LOSS = (
    denied("compile/logits-denied", ("True", "False")),
    denied("compile/logits-not-said", ("from_logits=True", "")),
    denied("compile/loss-by-name", (SPARSE, '"sparse_categorical_crossentropy"')),
    wrong("compile/one-hot-loss", ("SparseCategorical", "Categorical"), fails=ONE_HOT, skips=TRAIN),
    wrong("compile/binary-loss", ("SparseCategorical", "Binary"), fails=BINARY, skips=TRAIN),
    wrong(
        "compile/one-hot-throughout",
        ("SparseCategorical", "Categorical"),
        also={
            "train": [
                ("train_labels", "tf.keras.utils.to_categorical(train_labels)"),
                ("valid_labels", "tf.keras.utils.to_categorical(valid_labels)"),
            ]
        },
        fails={"compile.loss": "other-loss"},
    ),
    wrong("compile/mse", (SPARSE, '"mse"'), fails=REGRESSION, skips=TRAIN),
    wrong("compile/hinge", (SPARSE, '"categorical_hinge"'), fails=OTHER_LOSS, skips=TRAIN),
    wrong("compile/no-loss", (f"loss={SPARSE},", ""), fails=OTHER_LOSS, skips=TRAIN),
    unclear(
        "compile/own-loss",
        (SPARSE, f"lambda labels, outputs: {FUNCTION}(labels, outputs, from_logits=True)"),
        checks=("compile.loss",),
    ),
)
OPTIMIZERS = (
    trained_otherwise("compile/sgd", ('"adam"', '"sgd"'), fails=OPTIMIZER),
    trained_otherwise("compile/rmsprop", ('"adam"', '"rmsprop"'), fails=OPTIMIZER),
    trained_otherwise("compile/no-optimizer", ('optimizer="adam",', ""), fails=OPTIMIZER),
)
METRICS = (
    wrong("compile/no-metrics", ('metrics=["accuracy"],', ""), fails=METRIC),
    wrong("compile/mse-as-metric", ('["accuracy"]', '["mse"]'), fails=METRIC, skips=TRAIN),
    wrong("compile/one-hot-accuracy", ('["accuracy"]', '["categorical_accuracy"]'), fails=METRIC),
    wrong(
        "compile/exact-accuracy",
        ('["accuracy"]', "[tf.keras.metrics.Accuracy()]"),
        fails=METRIC,
        skips=TRAIN,
    ),
)
NOT_COMPILED = (
    not_compiled("compile/not-called", "model.compile"),
    not_compiled(
        "compile/names-only", f"optimizer = 'adam'\nloss = {SPARSE}\nmetrics = ['accuracy']"
    ),
    wrong(
        "compile/result-taken-for-model",
        f"model = model.compile('adam', {SPARSE}, metrics=['accuracy'])",
        fails={"compile.loss": "not-a-model"},
        skips=(*AFTER_COMPILE, "predict.label"),
    ),
    stops_compile("compile/unknown-name", ('"adam"', '"adamm"')),
    stops_compile("compile/unknown-argument", ('["accuracy"]', '["accuracy"], epochs=5')),
)
MUTANTS = (*RIGHT, *LOSS, *OPTIMIZERS, *METRICS, *NOT_COMPILED)
