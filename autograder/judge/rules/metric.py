"""The metric: accuracy, so that people can follow."""

from __future__ import annotations

from autograder.core.evidence import Compiled
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import rule

ACCURACY = ("accuracy", "acc", "sparse_categorical_accuracy", "SparseCategoricalAccuracy")


@rule("no-accuracy-metric")
def no_metric(compiled: Compiled) -> Failed | None:
    """The model was compiled without any metric."""
    if compiled.metrics:
        return None
    return Failed(
        "No metric is measured; the blank asks for accuracy, which people can read.",
        help="`compile` takes a list of metrics, by name. Without its name, a list in third place"
        " is taken for something else.",
        why="The loss is made for the optimizer: nobody can see whether 0.6 is good. The share of"
        " right answers is a number for people.",
        how='Give `metrics=["accuracy"]` to `compile`, beside the loss.',
    )


@rule("no-accuracy-metric")
def other_metric(compiled: Compiled) -> Failed | None:
    """Something else than accuracy is measured, such as a distance."""
    if not compiled.metrics or any(metric in ACCURACY for metric in compiled.metrics):
        return None
    found = ", ".join(f"`{one}`" for one in compiled.metrics)
    return Failed(
        f"The metric is {found}; the blank asks for accuracy, the share of images classified"
        " correctly.",
        help="Call the metric by the plain word, and Keras picks the kind that fits the labels.",
        why="The outputs are a row of numbers and the label is one. Only the kind of accuracy that"
        " takes the largest output as the answer can compare them.",
        how='Write `metrics=["accuracy"]`: the plain word in quotes is enough.',
    )
