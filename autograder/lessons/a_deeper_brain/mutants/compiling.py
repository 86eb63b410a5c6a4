"""Mutants of the question `compile`."""

from __future__ import annotations

from autograder.authoring.spec.call_edits import drop_keyword, not_called, set_constant, set_keyword
from autograder.authoring.spec.mutation import right, wrong
from autograder.lessons.a_deeper_brain.mutants.expectations import ACCURACY, COMPILE, TRAIN

# Losses that Keras rejects at training.
LOSSES = (
    (
        "one-hot-loss",
        "tf.keras.losses.CategoricalCrossentropy(from_logits=True)",
        "one-hot-loss-on-integer-labels",
    ),
    ("binary-loss", "tf.keras.losses.BinaryCrossentropy(from_logits=True)", "binary-loss"),
    ("mse", '"mse"', "regression-loss"),
    ("hinge", '"categorical_hinge"', "other-loss"),
)

MUTANTS = (
    right("compile/adam-object", set_keyword("compile", "optimizer", "tf.keras.optimizers.Adam()")),
    wrong(
        "compile/logits-denied",
        set_constant(True, "False"),
        fails={"compile.loss": "logits-treated-as-probabilities"},
        may_skip=ACCURACY,
    ),
    wrong(
        "compile/sgd",
        set_keyword("compile", "optimizer", '"sgd"'),
        fails={"compile.optimizer": "wrong-optimizer"},
        may_skip=ACCURACY,
    ),
    wrong(
        "compile/no-metrics",
        drop_keyword("compile", "metrics"),
        fails={"compile.metric": "no-accuracy-metric"},
    ),
    *(
        wrong(
            f"compile/{name}",
            set_keyword("compile", "loss", loss),
            fails={"compile.loss": misconception},
            skips=TRAIN,
        )
        for name, loss, misconception in LOSSES
    ),
    wrong(
        "compile/not-called",
        not_called("compile"),
        fails={"compile.loss": "not-compiled"},
        skips=(*COMPILE[1:], *TRAIN),
    ),
)
