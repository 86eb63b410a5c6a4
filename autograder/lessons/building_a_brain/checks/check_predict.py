"""Predict: the place of the largest of the ten outputs, asked of the student's own model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from autograder.checks import CannotTell, Failed
from autograder.dataset import FashionMnist
from autograder.evidence import Claim, Evidence, Model
from autograder.lessons.building_a_brain.accuracy import last_weights
from autograder.lessons.building_a_brain.facts import model_of
from autograder.network import UnknownLayer, as_given, outputs
from autograder.pytest_plugin import Tell

# Outputs nearer than this, as a part of their spread, are a tie: rounding differs by device.
TIE = 1e-3


@pytest.mark.points(2)
def test_label(evidence: Evidence, tell: Tell, data: FashionMnist) -> None:
    """`predicted_label` is the place of the largest output for the card."""
    hand_in = evidence.hand_in("predict")
    assert hand_in
    model = model_of(evidence, "predict")
    index = _whole(hand_in.claims["data_index"])
    if index is None or not 0 <= index < len(data.train_images):
        raise Failed(
            "`data_index` is not the number of a training card.",
            help="Leave `data_index` as the notebook gave it.",
        )
    label = _label(hand_in.claims["predicted_label"])
    neighbours = [one for one in (index - 1, index + 1) if 0 <= one < len(data.train_images)]
    try:
        said = _outputs(evidence, model, data.train_images[[index, *neighbours]])
    except UnknownLayer as reason:
        raise CannotTell(f"The model's outputs could not be worked out: {reason}.") from None
    if label not in _largest(said[0]):
        _name_the_mistake(label, said, truth=int(data.train_labels[index]))
    if not _was_asked(evidence, model, index):
        raise Failed(
            f"The label {label} is written down, but the model was never asked about this card.",
            help="Let the model predict: give it a batch with this one card, and read its outputs.",
            misconception="copied-label",
        )
    tell.passed(
        f"The largest of the ten outputs is the one of class {label}. The card's own label is"
        f" {data.train_labels[index]}: {'right' if label == data.train_labels[index] else 'wrong'}"
        " this time."
    )


def _label(claim: Claim) -> int:
    label = _whole(claim)
    if label is None:
        shown = claim.value if isinstance(claim.value, int | float | str) else claim.kind
        raise Failed(
            f"`predicted_label` is {shown!r}; it should be the number of a class, 0 to 9.",
            help="Not how large the largest output is, and not the word for it, but its place in"
            " the row of ten.",
            misconception="label-not-class-index",
        )
    return label


def _whole(claim: Claim) -> int | None:
    """A whole number, also where it stands alone in an array."""
    value = claim.value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _outputs(evidence: Evidence, model: Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    fits = evidence.fits(model.number)
    given = as_given(evidence, fits[-1].training, images) if fits else images.astype(np.float32)
    if given is None:
        raise UnknownLayer("what was done to the pixels could not be told")
    return outputs(model, last_weights(evidence, model), given)


def _largest(row: NDArray[np.float32]) -> set[int]:
    spread = float(row.max() - row.min()) or 1.0
    return {int(place) for place in np.flatnonzero(row >= row.max() - TIE * spread)}


def _name_the_mistake(label: int, said: NDArray[np.float32], *, truth: int) -> None:
    largest = int(said[0].argmax())
    if label == truth:
        raise Failed(
            f"{label} is the label on the card; your model says {largest}.",
            help="Ask the model, also where it is wrong: that is what a prediction is.",
            misconception="copied-label",
        )
    if label == int(said[0].argmin()):
        raise Failed(
            f"{label} is the place of the smallest output, the class it is least likely to be.",
            help="The larger the output, the surer the model.",
            misconception="label-not-class-index",
        )
    if not 0 <= label <= 9:
        raise Failed(
            f"`predicted_label` is {label}; classes are numbered from 0 to 9.",
            help="Look for the place of the largest output in the row of ten, not its size.",
            misconception="label-not-class-index",
        )
    if any(label in _largest(row) for row in said[1:]):
        raise Failed(
            f"{label} is what your model says of a neighbouring card; of this one it says"
            f" {largest}.",
            help="Counting starts at 0: take the card at `data_index` itself.",
            misconception="wrong-card",
        )
    raise Failed(
        f"`predicted_label` is {label}, but your model's largest output for this card is at"
        f" {largest}.",
        help="Give the model the card at `data_index` and take the place of the largest output.",
        misconception="label-not-class-index",
    )


def _was_asked(evidence: Evidence, model: Model, index: int) -> bool:
    """Whether the model was asked about this card since it was trained, or that is not known."""
    trained = len(evidence.fits(model.number))
    asked = [
        one.about
        for one in (evidence.recorded.asked if evidence.recorded else ())
        if one.model == model.number and one.fits >= trained
    ]
    return any(
        cards.cards == "unknown"
        or (
            cards.cards in ("training", "mixed") and (cards.places is None or index in cards.places)
        )
        for cards in asked
    )
