"""Predict: the place of the largest of the ten outputs, asked of the student's own model."""

from __future__ import annotations

import pytest

from autograder.core.evidence import Evidence
from autograder.core.verdicts import PriorResults, Skipped, Tell
from autograder.datasets import Images
from autograder.judge.rules import prediction
from autograder.judge.rules.accuracy import can_be_computed, nearly_trained, weights_replaced
from autograder.judge.rules.format import whole_number
from autograder.judge.rules.models import model_of
from autograder.judge.rules.rule import raise_first
from autograder.lessons.building_a_brain.constants import CLASSES


@pytest.mark.points(2)
def test_label(evidence: Evidence, tell: Tell, so_far: PriorResults, data: Images) -> None:
    """`predicted_label` is the place of the largest output for the image."""
    answer, model = evidence.answer("predict"), model_of(evidence, "predict")
    assert answer is not None
    position, claim = answer.claims["data_index"], answer.claims["predicted_label"]
    raise_first(prediction.no_such_image(position, len(data.train_images)))
    shape = model.layers[-1].output_shape if model.layers else None
    if shape and len(shape) != 2:
        raise Skipped(
            "The model gives no row of outputs for an image yet: see “Build the neurons”."
        )
    index, label = whole_number(position), whole_number(claim)
    if shape and label is not None and CLASSES <= label < (shape[-1] or 0):
        raise Skipped(f"The model gives {shape[-1]} outputs for an image: see “Build the neurons”.")
    raise_first(
        prediction.untrained_predictor(evidence, model, so_far.misconceptions),
        nearly_trained(model, evidence.fits(model.number)),
        weights_replaced(evidence, model, evidence.fits(model.number)),
        prediction.not_a_class(claim, CLASSES),
    )
    assert index is not None
    assert label is not None
    neighbours = [one for one in (index - 1, index + 1) if 0 <= one < len(data.train_images)]
    images = data.train_images[[index, *neighbours]]
    with can_be_computed("What your model predicts for this image"):
        outputs = prediction.predicted_outputs(evidence, model, images)
    truth = int(data.train_labels[index])
    no_numbers = prediction.no_largest(outputs)
    if no_numbers and no_numbers.misconception in so_far.misconceptions:
        raise Skipped("The outputs are not numbers (`nan`): see “Train”.")
    raise_first(
        no_numbers,
        prediction.unknown_pixels(evidence, model, label, outputs, images),
        prediction.copied_true_label(label, outputs, truth),
        prediction.index_of_smallest_output(label, outputs),
        prediction.label_of_neighbour(label, outputs),
        prediction.other_label(label, outputs),
        prediction.nothing_flows(evidence, "predict", "predicted_label", label),
        prediction.never_predicted(evidence, model, index, label),
    )
    tell.passed(
        f"The largest of the ten outputs is at place {label}. The true label is {truth}, so your"
        f" model is {'right' if label == truth else 'wrong'} here.",
        more="The lead of the largest output over the second shows how certain the model is. It"
        " can be certain and wrong.",
    )
