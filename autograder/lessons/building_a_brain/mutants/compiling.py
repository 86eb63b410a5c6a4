"""Mutants of the question `compile`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, unclear, wrong
from autograder.lessons.building_a_brain.mutants.expectations import ACCURACY, COMPILE, TRAIN

PROBABILITIES = {"compile.loss": "logits-treated-as-probabilities"}
ONE_HOT = {"compile.loss": "one-hot-loss-on-integer-labels"}
BINARY = {"compile.loss": "binary-loss"}
REGRESSION = {"compile.loss": "regression-loss"}
OTHER_LOSS = {"compile.loss": "other-loss"}
OPTIMIZER = {"compile.optimizer": "wrong-optimizer"}
METRIC = {"compile.metric": "no-accuracy-metric"}
SPARSE = "tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
FUNCTION = "tf.keras.losses.sparse_categorical_crossentropy"


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
    wrong("compile/logits-denied", ("True", "False"), fails=PROBABILITIES, may_skip=ACCURACY),
    wrong(
        "compile/logits-not-said", ("from_logits=True", ""), fails=PROBABILITIES, may_skip=ACCURACY
    ),
    wrong(
        "compile/loss-by-name",
        (SPARSE, '"sparse_categorical_crossentropy"'),
        fails=PROBABILITIES,
        may_skip=ACCURACY,
    ),
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
    wrong("compile/sgd", ('"adam"', '"sgd"'), fails=OPTIMIZER, may_skip=ACCURACY),
    wrong("compile/rmsprop", ('"adam"', '"rmsprop"'), fails=OPTIMIZER, may_skip=ACCURACY),
    wrong("compile/no-optimizer", ('optimizer="adam",', ""), fails=OPTIMIZER, may_skip=ACCURACY),
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
    wrong(
        "compile/not-called",
        "model.compile",
        fails={"compile.loss": "not-compiled"},
        skips=(*COMPILE[1:], *TRAIN),
    ),
    wrong(
        "compile/names-only",
        f"optimizer = 'adam'\nloss = {SPARSE}\nmetrics = ['accuracy']",
        fails={"compile.loss": "not-compiled"},
        skips=(*COMPILE[1:], *TRAIN),
    ),
    wrong(
        "compile/result-taken-for-model",
        f"model = model.compile('adam', {SPARSE}, metrics=['accuracy'])",
        fails={"compile.loss": "not-a-model"},
        skips=(*COMPILE[1:], *TRAIN, "predict.label"),
    ),
    wrong(
        "compile/unknown-name",
        ('"adam"', '"adamm"'),
        fails={"compile.loss": None},
        skips=(*COMPILE[1:], *TRAIN),
    ),
    wrong(
        "compile/unknown-argument",
        ('["accuracy"]', '["accuracy"], epochs=5'),
        fails={"compile.loss": None},
        skips=(*COMPILE[1:], *TRAIN),
    ),
)
MUTANTS = (*RIGHT, *LOSS, *OPTIMIZERS, *METRICS, *NOT_COMPILED)
