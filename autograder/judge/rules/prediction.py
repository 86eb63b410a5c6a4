"""The predicted label of one image, compared with the outputs of the student's own model."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import Claim, Evidence, Model
from autograder.core.verdicts import CannotTell, Failed
from autograder.judge.activations import Floats
from autograder.judge.inference import as_given, outputs
from autograder.judge.rules.format import shown, whole_number
from autograder.judge.rules.rule import OPEN, rule
from autograder.judge.rules.weights import given_images, last_weights

# Outputs closer than this fraction of their range are a tie: rounding differs by device.
TIE = 1e-3
HOW_TO_PREDICT = (
    "Write `int(np.argmax(model.predict(train_images[data_index:data_index + 1])[0]))` and keep it"
    " in `predicted_label`."
)


def predicted_outputs(evidence: Evidence, model: Model, images: NDArray[np.uint8]) -> list[Floats]:
    """Return the outputs for the images as prepared for training, and as they are.

    Raises:
        UnknownLayer: the network cannot be computed here.
    """
    fits = evidence.fits(model.number)
    trained_on = given_images(evidence, fits[-1], images) if fits else None
    unprepared = images.astype(np.float32)
    weights = last_weights(evidence, model)
    return [outputs(model, weights, one) for one in (trained_on, unprepared) if one is not None]


def largest(row: Floats) -> set[int]:
    """Return the indices of the largest output; if any is not finite, the index from NumPy."""
    if not np.isfinite(row).all():
        return {int(row.argmax())}
    spread = float(row.max() - row.min()) or 1.0
    return {int(one) for one in np.flatnonzero(row >= row.max() - TIE * spread)}


def may_have_predicted(evidence: Evidence, model: Model, index: int) -> bool:
    """Return whether a trained model may have been called with this image.

    Any other model counts too: it may be the trained one followed by a softmax.
    """
    # Calls are counted by object: those on another one, from which it went on, are not among them.
    trained = sum(1 for fit in evidence.fits(model.number) if fit.model == model.number)
    calls = [
        one.about
        for one in (evidence.recorded.model_calls if evidence.recorded else ())
        if one.model != model.number or one.fits >= trained
    ]
    return any(
        about.split == "unknown"
        or (
            about.split in ("training", "mixed")
            and (about.indices is None or index in about.indices)
        )
        for about in calls
    )


@rule("not-trained")
def untrained_predictor(
    evidence: Evidence, model: Model, reported: Collection[str]
) -> Failed | None:
    """The model that was asked for the label was never trained; ``reported`` is known before."""
    if evidence.fits(model.number) or {"not-trained"} & set(reported):
        return None
    # Where nothing was trained at all, another question has lost its points for that.
    if evidence.recorded is None or not any(fit.steps for fit in evidence.recorded.fits):
        return None
    return Failed(
        "The `model` that you handed in here was never trained, so its largest output says nothing"
        " of the image.",
        help="Predict with the model that you trained. A cell that builds `model` again throws away"
        " what was learned.",
        why="Fresh weights are random. A network that was never trained gives an answer too, and it"
        " is a blind guess.",
        how="Take what builds or clones a model out of this cell. Then run the cells that build,"
        " compile and train, and this one after them.",
    )


@rule("diverged")
def no_largest(predicted: Sequence[Floats]) -> Failed | None:
    """The outputs are `nan`, so none of them is the largest."""
    if any(np.isfinite(rows[0]).all() for rows in predicted):
        return None
    return Failed(
        "Your model's outputs for this image are not numbers (`nan`), so none of them is the"
        " largest; ten numbers are needed to predict a label.",
        help="Look at the training: did its loss become `nan`? Build, compile and train again, then"
        " predict.",
        why="`nan` is neither larger nor smaller than anything. `np.argmax` gives a place anyway,"
        " the first one.",
        how="Leave Adam's learning rate and the weights as Keras sets them. Then run the cells that"
        " build, compile, train and predict.",
    )


def unknown_pixels(
    evidence: Evidence,
    model: Model,
    label: int,
    predicted: Sequence[Floats],
    images: NDArray[np.uint8],
) -> CannotTell | None:
    """Return ``CannotTell`` if the model may have been given the image as only training was."""
    fits = evidence.fits(model.number)
    if not fits or as_given(evidence, fits[-1].training, images) is not None:
        return None
    if _is_largest(label, predicted):
        return None
    return CannotTell(
        f"`predicted_label` is {label}. Whether your model predicts it could not be worked out:"
        " the preprocessing of its pixels is unknown.",
        help=OPEN,
    )


@rule("no-such-card")
def no_such_image(claim: Claim, count: int) -> Failed | None:
    """`data_index` was changed to something that is not the index of an image."""
    index = whole_number(claim)
    if index is not None and 0 <= index < count:
        return None
    return Failed(
        f"`data_index` is {shown(claim)}; it should be the index of a training image, 0 to"
        f" {count - 1:,}.",
        help="Leave `data_index` as the notebook sets it.",
        why="The question is about one image, and the check looks at the same one.",
        how="Run the cell that sets `data_index` again, and set it nowhere else.",
    )


@rule("label-not-class-index")
def not_a_class(claim: Claim, classes: int) -> Failed | None:
    """The label is no number of a class: the size of an output, a word, or all outputs."""
    label = whole_number(claim)
    if label is not None and 0 <= label < classes:
        return None
    return Failed(
        f"`predicted_label` is {shown(claim)}; it should be the number of a class, 0 to"
        f" {classes - 1}.",
        help="Not how large the largest output is, nor the word for the class, but its place in the"
        " row of outputs.",
        why="Each neuron stands for one class, in order. The answer is which output is largest,"
        " not how large it is.",
        how=HOW_TO_PREDICT,
    )


@rule("copied-label")
def copied_true_label(label: int, predicted: Sequence[Floats], truth: int) -> Failed | None:
    """The true label was used where the model predicts another one."""
    if label != truth or _is_largest(label, predicted):
        return None
    return Failed(
        f"`predicted_label` is {label}, the true label; your model predicts another one.",
        help="Let the model answer, even where it is wrong: that is what a prediction is.",
        why="A new image has no label to read. The model's mistakes tell you most about it.",
        how="Do not use `train_labels` here. " + HOW_TO_PREDICT,
    )


@rule("smallest-output")
def index_of_smallest_output(label: int, predicted: Sequence[Floats]) -> Failed | None:
    """The place of the smallest output was taken for that of the largest."""
    if _is_largest(label, predicted) or label != int(predicted[0][0].argmin()):
        return None
    return Failed(
        f"`predicted_label` is {label}, the place of the smallest output; the largest one is"
        " asked for.",
        help="The larger an output, the more certain the model is of that class.",
        why="The most negative output belongs to the class that the model is surest it is *not*.",
        how="Use `np.argmax` where you used `np.argmin`, and leave the sign of the outputs alone.",
    )


@rule("wrong-card")
def label_of_neighbour(label: int, predicted: Sequence[Floats]) -> Failed | None:
    """The model was given the image before or after the right one."""
    if _is_largest(label, predicted) or not any(label in largest(row) for row in predicted[0][1:]):
        return None
    return Failed(
        f"`predicted_label` is {label}, which your model predicts for the image before or after;"
        " for this one it predicts another.",
        help="Counting starts at 0: take the image at `data_index` itself.",
        why="Python counts from zero, so image 99 is the hundredth. The next one shows other"
        " clothing.",
        how="Slice out `train_images[data_index:data_index + 1]`, and take the first row of what"
        " `predict` gives back.",
    )


@rule("label-not-class-index")
def other_label(label: int, predicted: Sequence[Floats]) -> Failed | None:
    """The label is a class, but not the one whose output is largest, for no reason to be seen."""
    if _is_largest(label, predicted):
        return None
    return Failed(
        f"`predicted_label` is {label}, but your model's largest output for this image is at"
        " another place.",
        help="Give the model the image at `data_index` and take the place of the largest output.",
        why="The outputs are compared with each other, not read one by one: the largest wins.",
        how=HOW_TO_PREDICT,
    )


@rule("copied-label")
def nothing_flows(evidence: Evidence, question: str, name: str, label: int) -> Failed | None:
    """The label is right, and nothing in it comes from a model or from its weights."""
    cell = evidence.cell(question)
    if cell is None or cell.follows is None or name in cell.follows:
        return None
    return Failed(
        f"`{name}` is {label}, but it does not come from the model that you trained, nor from its"
        " weights.",
        help="Let the model predict: give it a batch with this one image, and take the place of the"
        " largest output.",
        why="A typed label is right for one image and one training. A model answers for any image.",
        how=HOW_TO_PREDICT,
    )


@rule("copied-label")
def never_predicted(evidence: Evidence, model: Model, index: int, label: int) -> Failed | None:
    """The label is right, and no model was asked for it since it was trained."""
    cell = evidence.cell("predict")
    by_hand = cell and (cell.follows or {}).get("predicted_label") == "weights"
    if by_hand or may_have_predicted(evidence, model, index):
        return None
    return Failed(
        f"`predicted_label` is {label}, but no model was given this image after training.",
        help="Let the model predict: give it a batch with this one image, and read its outputs.",
        why="A typed label is right for one image and one training. A model answers for any image.",
        how=HOW_TO_PREDICT,
    )


def _is_largest(label: int, predicted: Sequence[Floats]) -> bool:
    return any(label in largest(rows[0]) for rows in predicted)
