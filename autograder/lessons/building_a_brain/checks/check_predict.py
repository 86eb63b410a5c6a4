"""Predict: the place of the largest of the ten outputs, asked of the student's own model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import CannotTell, Failed, Skipped, Tell
from autograder.dataset import FashionMnist
from autograder.evidence import Claim, Evidence, Model
from autograder.lessons.building_a_brain.accuracy import last_weights
from autograder.lessons.building_a_brain.facts import CLASSES, OPEN, model_of, shown, whole_number
from autograder.network import Floats, UnknownLayer, as_given, outputs

# Outputs nearer than this, as a part of their spread, are a tie: rounding differs by device.
TIE = 1e-3


@pytest.mark.points(2)
def test_label(evidence: Evidence, tell: Tell, data: FashionMnist) -> None:
    """`predicted_label` is the place of the largest output for the card."""
    hand_in = evidence.hand_in("predict")
    assert hand_in is not None
    model = model_of(evidence, "predict")
    index = _card(hand_in.claims["data_index"], data)
    shape = model.layers[-1].output_shape if model.layers else None
    if shape and len(shape) != 2:
        raise Skipped("The model gives no row of outputs for a card yet: see “Build the neurons”.")
    label = _label(hand_in.claims["predicted_label"])
    others = [one for one in (index - 1, index + 1) if 0 <= one < len(data.train_images)]
    said = _said(evidence, model, data.train_images[[index, *others]])
    truth = int(data.train_labels[index])
    if not any(label in _largest(rows[0]) for rows in said):
        _name_the_mistake(label, said[0], truth=truth)
    if not _was_asked(evidence, model, index):
        raise Failed(
            f"`predicted_label` is {label}, but no model was asked about this card since it was"
            " trained.",
            help="Let the model predict: give it a batch with this one card, and read its outputs.",
            misconception="copied-label",
        )
    tell.passed(
        f"The largest of the ten outputs is at place {label}. The label on the card is {truth}, so"
        f" your model is {'right' if label == truth else 'wrong'} about this one."
    )


def _card(claim: Claim, data: FashionMnist) -> int:
    index = whole_number(claim)
    if index is None or not 0 <= index < len(data.train_images):
        raise Failed(
            f"`data_index` is {shown(claim)}; it should be the number of a training card, 0 to"
            f" {len(data.train_images) - 1:,}.",
            help="Leave `data_index` as the notebook sets it.",
            misconception="no-such-card",
        )
    return index


def _label(claim: Claim) -> int:
    label = whole_number(claim)
    if label is None or not 0 <= label < CLASSES:
        raise Failed(
            f"`predicted_label` is {shown(claim)}; it should be the number of a class, 0 to 9.",
            help="Not how large the largest output is, nor the word for the class, but its place in"
            " the row of ten outputs.",
            misconception="label-not-class-index",
        )
    return label


def _said(evidence: Evidence, model: Model, images: NDArray[np.uint8]) -> list[Floats]:
    """The outputs for the images prepared as for training, and as they are: both may be asked."""
    fits = evidence.fits(model.number)
    trained_on = as_given(evidence, fits[-1].training, images) if fits else None
    asked = images.reshape(len(images), -1).astype(np.float32)
    try:
        weights = last_weights(evidence, model)
        return [outputs(model, weights, one) for one in (trained_on, asked) if one is not None]
    except UnknownLayer as reason:
        raise CannotTell(
            f"What your model says of this card could not be worked out: {reason}.",
            help=OPEN,
        ) from None


def _largest(row: Floats) -> set[int]:
    """The places of the largest output; where it is not a number, the one that NumPy names."""
    if not np.isfinite(row).all():
        return {int(row.argmax())}
    spread = float(row.max() - row.min()) or 1.0
    return {int(place) for place in np.flatnonzero(row >= row.max() - TIE * spread)}


def _name_the_mistake(label: int, said: Floats, *, truth: int) -> None:
    largest = int(said[0].argmax())
    if label == truth:
        raise Failed(
            f"`predicted_label` is {label}, the label on the card; your model says {largest}.",
            help="Ask the model, also where it is wrong: that is what a prediction is.",
            misconception="copied-label",
        )
    if label == int(said[0].argmin()):
        raise Failed(
            f"`predicted_label` is {label}, the place of the smallest output; the largest is at"
            f" place {largest}.",
            help="The larger an output, the surer the model is of that class.",
            misconception="smallest-output",
        )
    if any(label in _largest(row) for row in said[1:]):
        raise Failed(
            f"`predicted_label` is {label}, which your model says of a neighbouring card; of this"
            f" one it says {largest}.",
            help="Counting starts at 0: take the card at `data_index` itself.",
            misconception="wrong-card",
        )
    raise Failed(
        f"`predicted_label` is {label}, but your model's largest output for this card is at place"
        f" {largest}.",
        help="Give the model the card at `data_index` and take the place of the largest output.",
        misconception="label-not-class-index",
    )


def _was_asked(evidence: Evidence, model: Model, index: int) -> bool:
    """Whether the card was put to the model since it was trained, or that cannot be excluded.

    Any other model counts too: it may be the trained one with a softmax behind it.
    """
    trained = len(evidence.fits(model.number))
    asked = [
        one.about
        for one in (evidence.recorded.asked if evidence.recorded else ())
        if one.model != model.number or one.fits >= trained
    ]
    return any(
        about.cards == "unknown"
        or (
            about.cards in ("training", "mixed") and (about.places is None or index in about.places)
        )
        for about in asked
    )
