"""The validation after each epoch: its images, labels and pixels."""

from __future__ import annotations

import numpy as np

from autograder.core.evidence import Evidence, Fit
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import rule
from autograder.judge.rules.training_data import NEARLY_ALL


@rule("validated-on-training-data")
def split_off(fit: Fit) -> Failed | None:
    """Keras kept back a part of the training images for validation."""
    # Keras ignores the split if it is given validation data.
    if not fit.validation_split or fit.validation is not None:
        return None
    return Failed(
        f"Keras kept back {fit.validation_split * 100:g} % of the training images for validation;"
        " the blank asks for the validation images.",
        help="Validate on `valid_images` with `valid_labels` instead: then the model can train on"
        " all the training images.",
        why="The validation images are the same for everyone. Accuracies can be compared only on"
        " the same images.",
        how="Drop `validation_split`. Give `validation_data=(valid_images, valid_labels)` in its"
        " place.",
    )


@rule("validated-on-training-data")
def validated_on_training(fit: Fit) -> Failed | None:
    """The model was validated on images that it may have been trained on."""
    if not fit.validation or fit.validation.split not in ("training", "mixed"):
        return None
    return Failed(
        "The model was validated on training images; it should be validated on the validation"
        " images.",
        help="Validate on `valid_images` with `valid_labels`: images that it was trained on only"
        " test its memory.",
        why="A network with enough neurons can memorise its training images. Validating on the"
        " same images would not show it.",
        how="Put `validation_data=(valid_images, valid_labels)` into the call of `fit`.",
    )


@rule("no-validation-data")
def no_validation(fit: Fit) -> Failed | None:
    """`fit` was given no validation data."""
    if fit.validation is not None or fit.validation_split:
        return None
    return Failed(
        "There was no validation: `fit` was given no validation data.",
        help="`fit` takes a pair of images and labels to validate the model on after each epoch.",
        why="Without validation you only see how well the network knows its training images, not"
        " whether it can classify new ones.",
        how="Add `validation_data=(valid_images, valid_labels)` to the call of `fit`.",
    )


@rule("partial-validation-data")
def partial_validation(fit: Fit, total: int) -> Failed | None:
    """The model was validated on a part of the validation images."""
    validation = fit.validation
    if not validation or validation.split != "validation" or validation.count is None:
        return None
    if validation.count >= NEARLY_ALL * total:
        return None
    return Failed(
        f"The model was validated on {validation.count:,} validation images; there are {total:,}.",
        help="Validate on all of `valid_images` with all of `valid_labels`.",
        why="On a few images the accuracy is mostly luck: one image more or less changes it a lot.",
        how="Take the slice, such as `[:1000]`, off the validation images and off their labels.",
    )


@rule("mismatched-labels")
def mismatched_validation_labels(fit: Fit) -> Failed | None:
    """The validation images have the labels of other images."""
    if not fit.validation or fit.validation.labels != "mismatched":
        return None
    return Failed(
        "The validation images and labels do not belong together.",
        help="Take `valid_images` with `valid_labels`, in the same order.",
        why="With wrong labels, right answers count as wrong. The accuracy then says nothing"
        " about the network.",
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
        "The validation images were not scaled like the training images.",
        help="Whatever you do to the training images, do to the validation images too.",
        why="To a network a picture with 255 times larger numbers is another picture. It was never"
        " shown how to read such ones.",
        how="Where you write `train_images / 255`, write `valid_images / 255` as well, before you"
        " call `fit`.",
    )
