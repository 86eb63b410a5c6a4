"""The images on which the model was trained, and whether each had its own label."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.core.evidence import Fit
from autograder.core.verdicts import Failed
from autograder.judge.rules.rule import rule

# Streams may leave out the last images of an epoch that do not fill a batch.
NEARLY_ALL = 0.95


@rule("trained-on-validation-data")
def trained_on_validation(fits: Sequence[Fit]) -> Failed | None:
    """The model was trained on validation images, in this training or an earlier one."""
    if not any(fit.training.split in ("validation", "mixed") for fit in fits):
        return None
    return Failed(
        "The model was trained on validation images; it should be trained on the training images"
        " only.",
        help="Train on `train_images` with `train_labels`, and keep the others for validation."
        " Build and compile first: a model does not forget what it has seen.",
        why="A model can memorise images it was trained on. Only unseen images show whether it"
        " learned something general.",
        how="Build and compile the model again. Then give `fit` the training images and labels"
        " first, and the validation pair as the validation data alone.",
    )


@rule("mismatched-labels")
def mismatched_labels(fit: Fit) -> Failed | None:
    """The training images have the labels of other images."""
    if fit.training.labels != "mismatched":
        return None
    return Failed(
        "The training images and labels do not belong together.",
        help="Each image needs its own label: take both from the same set, in the same order.",
        why="A network believes its labels. With shuffled labels it learns that images say"
        " nothing about classes.",
        how="Give `fit` the pair `train_images, train_labels` just as they were loaded. Where you"
        " shuffle, shuffle both by the same order.",
    )


@rule("partial-training-data")
def partial_training(fit: Fit, total: int) -> Failed | None:
    """Training images were left out, not kept for validation nor cut off with the last batch."""
    count, validation = fit.training.count, fit.validation
    # Another check says that those for validation are from the training images.
    held_out = validation.count if validation and validation.split == "training" else 0
    if fit.interrupted or fit.training.split != "training" or count is None or held_out is None:
        return None
    if count + held_out >= NEARLY_ALL * total:
        return None
    return Failed(
        f"The model was trained on {count:,} images; there are {total:,}.",
        help="Give `fit` all the training images and labels.",
        why="The more examples, the less a network is fooled by a single odd one.",
        how="Take the slice, such as `[:1000]`, off the training images and off their labels.",
    )
