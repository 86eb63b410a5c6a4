"""The loss: sparse categorical cross-entropy with the right setting of ``from_logits``."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import CUSTOM, Compiled, Fit
from autograder.core.verdicts import CannotTell, Failed
from autograder.judge.rules.outputs import UNKNOWN, Steps
from autograder.judge.rules.rule import OPEN, rule

WANTED = "SparseCategoricalCrossentropy"
ONE_HOT = "CategoricalCrossentropy"
BINARY = "BinaryCrossentropy"
REGRESSION = (
    *("MeanSquaredError", "MeanAbsoluteError", "MeanSquaredLogarithmicError"),
    *("MeanAbsolutePercentageError", "Huber", "LogCosh"),
)
READY = "Take `tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)` as the loss."


@rule("other-loss")
def one_hot_throughout(compiled: Compiled, fits: Sequence[Fit]) -> Failed | None:
    """The labels were made one-hot to suit a loss for such labels."""
    if compiled.loss != ONE_HOT or not _one_hot(fits):
        return None
    return Failed(
        f"The loss is {ONE_HOT}, and you made the labels one-hot to suit it. That fits together,"
        f" but the blank asks for {WANTED}, which takes the labels as they are.",
        help="One word more in the name of the loss, and the labels can stay integers: then"
        " nothing has to be converted.",
        why="Both losses compute the same number. The sparse one needs one integer for each image"
        " where one-hot labels need a row of zeros and ones.",
        how=f"{READY} Give `fit` the labels as they were loaded, for training and for validation.",
    )


def _one_hot(fits: Sequence[Fit]) -> bool:
    return bool(fits) and fits[-1].training.one_hot


@rule("one-hot-loss-on-integer-labels")
def one_hot_loss(compiled: Compiled, classes: int, fits: Sequence[Fit] = ()) -> Failed | None:
    """The loss is the one for labels that are rows of zeros and ones; the labels are integers."""
    if compiled.loss != ONE_HOT or _one_hot(fits):
        return None
    return Failed(
        f"The loss is {ONE_HOT}, which expects each label as a row of {classes} zeros and ones;"
        f" ours are integers from 0 to {classes - 1}.",
        help="A relative of this loss takes integer labels: one word more in its name says so.",
        why=f"Labels as rows are called one-hot. They say the same as one integer, in {classes}"
        " times the space.",
        how=READY,
    )


@rule("binary-loss")
def binary_loss(compiled: Compiled, classes: int) -> Failed | None:
    """The loss is the one for a choice between two."""
    if compiled.loss != BINARY:
        return None
    return Failed(
        f"The loss is {BINARY}, which decides between yes and no; there are {classes} classes to"
        " choose from.",
        help="Look for the cross-entropy for many classes and integer labels.",
        why="A loss for yes and no marks each neuron by itself. Here exactly one class is right,"
        " and the neurons have to be marked together.",
        how=READY,
    )


@rule("regression-loss")
def regression_loss(compiled: Compiled) -> Failed | None:
    """The loss measures how far numbers are apart, as if labels were amounts."""
    if compiled.loss not in REGRESSION:
        return None
    return Failed(
        f"The loss is {compiled.loss}, which measures distances between numbers; here labels are"
        " names, and 9 is not near 8.",
        help="Look for the cross-entropy for classes with integer labels.",
        why="To call an ankle boot a bag is no smaller mistake than to call it a shirt, whatever"
        " their numbers are.",
        how=READY,
    )


@rule("other-loss")
def no_loss(compiled: Compiled) -> Failed | None:
    """The model was compiled without a loss."""
    if compiled.loss:
        return None
    return Failed(
        "There is no loss; the blank asks for sparse categorical cross-entropy.",
        help="Give `compile` a loss: it measures how wrong the outputs are.",
        why="Without a mark for each answer the optimizer does not know which way is better.",
        how=READY,
    )


def unknown_loss(compiled: Compiled) -> CannotTell | None:
    """Return ``CannotTell`` if the loss is the student's own."""
    if compiled.loss != "custom" and not compiled.loss.endswith(CUSTOM):
        return None
    return CannotTell(
        "The loss is one of your own; the grader cannot see whether it is sparse categorical"
        " cross-entropy.",
        help=f"{OPEN} Keras has this loss ready in `tf.keras.losses`.",
    )


@rule("other-loss")
def other_loss(compiled: Compiled) -> Failed | None:
    """The loss is one that fits neither the labels nor the task, such as Poisson."""
    if compiled.loss in (WANTED, ONE_HOT, BINARY, *REGRESSION, ""):
        return None
    return Failed(
        f"The loss is {compiled.loss}; the blank asks for sparse categorical cross-entropy.",
        help="Keras has it ready under that very name in `tf.keras.losses`.",
        why="A loss says what counts as a mistake. Another one marks another task, and the neurons"
        " learn what it rewards.",
        how=READY,
    )


def unknown_output_scale(steps: Steps | None) -> CannotTell | None:
    """Return ``CannotTell`` if the last step of the outputs is unknown."""
    if not steps or steps[-1] != UNKNOWN:
        return None
    return CannotTell(
        "The outputs go through a function or a layer that the grader does not know, so it cannot"
        " say whether the loss fits them.",
        help=OPEN,
    )


@rule("softmax-with-logits-loss")
def softmax_twice(steps: Steps | None, compiled: Compiled) -> Failed | None:
    """Probabilities are made twice: by the last layer and by the loss."""
    if not steps or steps[-1] != "softmax" or not _takes_logits(compiled):
        return None
    return Failed(
        "The model's outputs are probabilities already (softmax), but the loss is set to expect"
        " logits (raw scores) and turns them into probabilities itself.",
        help="Do it in one place only: either in the last layer or in the loss.",
        why="Probabilities of probabilities are all nearly equal. Some versions of Keras correct"
        " this silently; others learn badly without a warning.",
        how="Remove the softmax from the model and leave the loss as it is. That is also"
        " numerically more stable.",
    )


@rule("logits-treated-as-probabilities")
def logits_as_probabilities(steps: Steps | None, compiled: Compiled) -> Failed | None:
    """The outputs are logits, and the loss expects probabilities."""
    if steps != () or compiled.loss != WANTED or _takes_logits(compiled):
        return None
    return Failed(
        "The model outputs logits (raw scores), but the loss expects probabilities.",
        help="Set the loss to expect logits: its documentation says how.",
        why="The loss takes the logarithm of its input. A logit may be negative or far above one,"
        " where that makes no sense, so the network hardly learns.",
        how="Write `SparseCategoricalCrossentropy(from_logits=True)`. Without this setting the loss"
        " expects probabilities, whether you give it by name or as an object.",
    )


def _takes_logits(compiled: Compiled) -> bool:
    return bool(compiled.loss_settings.get("from_logits"))
