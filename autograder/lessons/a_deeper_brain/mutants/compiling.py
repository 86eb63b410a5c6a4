"""Mutants of the question `compile`."""

from __future__ import annotations

from autograder.authoring.spec.mutation import right, wrong
from autograder.authoring.spec.snippets import SPARSE
from autograder.lessons.a_deeper_brain.mutants.expectations import COMPILE, TRAIN, trained_otherwise

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
    right("compile/adam-object", ('"adam"', "tf.keras.optimizers.Adam()")),
    trained_otherwise(
        "compile/logits-denied",
        ("True", "False"),
        fails={"compile.loss": "logits-treated-as-probabilities"},
    ),
    trained_otherwise(
        "compile/sgd", ('"adam"', '"sgd"'), fails={"compile.optimizer": "wrong-optimizer"}
    ),
    wrong(
        "compile/no-metrics",
        ('metrics=["accuracy"],', ""),
        fails={"compile.metric": "no-accuracy-metric"},
    ),
    *(
        wrong(f"compile/{name}", (SPARSE, loss), fails={"compile.loss": misconception}, skips=TRAIN)
        for name, loss, misconception in LOSSES
    ),
    wrong(
        "compile/not-called",
        "model.compile",
        fails={"compile.loss": "not-compiled"},
        skips=(*COMPILE[1:], *TRAIN),
    ),
)
