"""The validation after each epoch: its images, labels and pixels."""

from __future__ import annotations

import numpy as np

from autograder.core.evidence import Evidence, Fit
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import rule
from autograder.judge.rules.training_data import NEARLY_ALL


@rule("validated-on-training-data")
def split_off(fit: Fit) -> Failed | None:
    """A part of the training cards was kept back for the quiz by Keras."""
    # Keras ignores the split if it is given validation data.
    if not fit.validation_split or fit.validation is not None:
        return None
    return Failed(
        f"Keras kept back {fit.validation_split * 100:g} % of the training cards for the quiz; the"
        " blank asks for the validation cards.",
        help="Quiz the model on `valid_images` with `valid_labels` instead: then it can study all"
        " the training cards.",
        why="There is a set of cards made for the quiz, the same for everyone. Marks can be"
        " compared only where the questions are the same.",
        how="Drop `validation_split`. Give `validation_data=(valid_images, valid_labels)` in its"
        " place.",
    )


@rule("validated-on-training-data")
def validated_on_training(fit: Fit) -> Failed | None:
    """The quiz was held with cards that the model may have studied."""
    if not fit.validation or fit.validation.split not in ("training", "mixed"):
        return None
    return Failed(
        "The quiz was held with training cards; it should be held with the validation cards.",
        help="Quiz the model on `valid_images` with `valid_labels`: cards that it studied test its"
        " memory, not its understanding.",
        why="A network with enough neurons can learn its cards by heart. A quiz with the same cards"
        " would not notice.",
        how="Put `validation_data=(valid_images, valid_labels)` into the call of `fit`.",
    )


@rule("no-validation-data")
def no_validation(fit: Fit) -> Failed | None:
    """`fit` was given nothing to quiz the model on."""
    if fit.validation is not None or fit.validation_split:
        return None
    return Failed(
        "There was no quiz: `fit` was given no validation data.",
        help="`fit` takes a pair of images and labels to quiz the model on after each epoch.",
        why="Without a quiz you only see how well the network knows the cards in its hand. Whether"
        " it can sort new ones stays unknown.",
        how="Add `validation_data=(valid_images, valid_labels)` to the call of `fit`.",
    )


@rule("partial-validation-data")
def partial_validation(fit: Fit, total: int) -> Failed | None:
    """The quiz was held with a part of the validation cards."""
    validation = fit.validation
    if not validation or validation.split != "validation" or validation.count is None:
        return None
    if validation.count >= NEARLY_ALL * total:
        return None
    return Failed(
        f"The quiz was held with {validation.count:,} validation cards; there are {total:,}.",
        help="Quiz the model on all of `valid_images` with all of `valid_labels`.",
        why="How well a network does on a few cards is mostly luck: one card more or less changes"
        " the accuracy by a lot.",
        how="Take the slice, such as `[:1000]`, off the validation images and off their labels.",
    )


@rule("mismatched-labels")
def mismatched_validation_labels(fit: Fit) -> Failed | None:
    """The images of the quiz have the labels of other images."""
    if not fit.validation or fit.validation.labels != "mismatched":
        return None
    return Failed(
        "The images and the labels of the quiz do not belong together.",
        help="Take `valid_images` with `valid_labels`, in the same order.",
        why="A quiz with a wrong answer sheet marks right answers as wrong. The accuracy it shows"
        " says nothing about the network.",
        how="Hand over the pair as it was loaded, images first: `(valid_images, valid_labels)`.",
    )


@rule("validation-scaled-differently")
def validation_scaled_differently(evidence: Evidence, fit: Fit) -> Failed | None:
    """The pixels were scaled for one of the two sets only: a factor, not a shade."""
    if not fit.validation:
        return None
    scales = [evidence.arrays.get(split.scale or "") for split in (fit.training, fit.validation)]
    one, other = (0.0 if scale is None else float(np.median(scale)) for scale in scales)
    if not (one and other) or 0.5 <= one / other <= 2.0:
        return None
    return Failed(
        "The pixels of the quiz were not scaled as those of the training cards.",
        help="Whatever you do to the training images, do to the validation images too.",
        why="To a network a picture with 255 times larger numbers is another picture. It was never"
        " shown how to read such ones.",
        how="Where you write `train_images / 255`, write `valid_images / 255` as well, before you"
        " call `fit`.",
    )
