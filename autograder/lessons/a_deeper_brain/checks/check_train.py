"""Train: the training images, validation after each epoch, and an end in time."""

from __future__ import annotations

import msgspec
import pytest

from autograder.core.evidence import Callback, Evidence, Fit
from autograder.core.lesson import Lesson
from autograder.core.text import plural
from autograder.core.verdicts import Tell
from autograder.datasets import Images
from autograder.judge.rules import epochs
from autograder.judge.rules.consistency import contradictory, fits_to_judge
from autograder.judge.rules.groups import training_examples, validation_examples
from autograder.judge.rules.models import claim_of, fits_of, model_of
from autograder.judge.rules.reach_threshold import AccuracyCheck
from autograder.judge.rules.rule import raise_first
from autograder.lessons.a_deeper_brain.constants import BATCH, ENOUGH_EPOCHS, LIMITS, MAX_EPOCHS
from autograder.lessons.a_deeper_brain.marked_accuracy import marked_accuracy
from autograder.lessons.a_deeper_brain.rules import early_stopping
from autograder.lessons.a_deeper_brain.rules.comparison import SINGLE_LAYER

ACCURACY = AccuracyCheck(
    epochs=ENOUGH_EPOCHS,
    batch=BATCH,
    limits=LIMITS,
    measure=marked_accuracy,
    summary="With weights averaged over the last epoch",
    not_the_log="This is not the last line of your training log: that line is about the last step"
    " alone, while the mean of the weights over the last epoch is steadier.",
    more="Within one epoch the weights stay near each other, and so their mean is a good"
    " network too. The mean of two that were trained apart would be a bad one.",
)
# Checks whose failure lowers the accuracy: they report the cause, so it is not repeated here.
ROOTS = (
    *("scale.train", "build.input", "build.hidden", "build.activation", "build.output"),
    *("compile.loss", "compile.optimizer", "train.data", "train.stopping"),
)


@pytest.mark.points(1)
def test_data(evidence: Evidence, tell: Tell, data: Images) -> None:
    """It was trained on the training images, each with its own label."""
    fits, deep_evidence = fits_of(evidence, "train"), _without_single_layer(evidence)
    model = model_of(evidence, "train")
    raise_first(
        contradictory(evidence, model, fits, data, LIMITS),
        epochs.trained_without_fit(evidence, model, fits, MAX_EPOCHS),
        epochs.another_was_trained(deep_evidence, fits),
        epochs.never_trained(deep_evidence, fits),
        *training_examples(fits, len(data.train_images)),
        epochs.another_history(claim_of(evidence, "train", "history"), fits),
    )
    tell.passed(
        "Which images it was trained on is not known one by one; that is fine."
        if fits[-1].training.split == "unknown"
        else "It was trained on the training images, each with its own label.",
        more="The order matters little: Keras shuffles the images before each epoch anyway.",
    )


@pytest.mark.points(1)
def test_validation(evidence: Evidence, tell: Tell, data: Images) -> None:
    """It was validated on the validation images after each epoch."""
    fit = fits_to_judge(evidence, "train", data, LIMITS)[-1]
    raise_first(*validation_examples(evidence, fit, len(data.valid_images)))
    assert fit.validation
    tell.passed(
        "It was validated after each epoch. On which images is not known; that is fine."
        if fit.validation.split == "unknown"
        else "It was validated on the validation images after each epoch.",
        more="The validation images decided when to stop, so they are no longer quite unseen."
        " Careful people keep a third set for the very end: the test data.",
    )


@pytest.mark.points(1)
def test_stopping(evidence: Evidence, tell: Tell, data: Images) -> None:
    """Early stopping watched validation, with patience, and with epochs left to act."""
    fits = fits_to_judge(evidence, "train", data, LIMITS)
    fit = fits[-1]
    raise_first(early_stopping.no_early_stopping(fit), early_stopping.unknown_early_stopping(fit))
    stop = _stop(fit)
    raise_first(
        early_stopping.watches_studied(stop),
        early_stopping.watches_nothing(fit, stop),
        early_stopping.wrong_way(stop),
        early_stopping.no_patience(stop),
        early_stopping.too_patient(fit, stop),
        early_stopping.begins_too_late(fit, stop),
        early_stopping.steps_too_large(stop),
        early_stopping.out_of_reach(fit, stop),
        epochs.cut_short(fits, MAX_EPOCHS),
        early_stopping.cap_too_low(fits, MAX_EPOCHS),
    )
    done = plural(epochs.epochs_done(fits), "epoch")
    tell.passed(
        f"Early stopping ended the training after {done}."
        if early_stopping.has_stopped(fit)
        else f"Early stopping watched all {done}, and had no reason to act.",
        more="Stopping early holds the weights small. Another way to the same end is to let large"
        " weights cost something; it is called weight decay.",
    )


@pytest.mark.points(1)
@pytest.mark.requires("train.stopping")
def test_restored(evidence: Evidence, tell: Tell, data: Images) -> None:
    """The weights of the best epoch were taken back."""
    fit = fits_to_judge(evidence, "train", data, LIMITS)[-1]
    raise_first(early_stopping.best_weights_left(_stop(fit)))
    tell.passed(
        "The network has the weights of its best epoch.",
        more="Keras keeps a copy of the weights whenever validation was better than ever before."
        " It takes as much memory as the network itself.",
    )


@pytest.mark.points(2)
@pytest.mark.explained_by(*ROOTS)
def test_accuracy(evidence: Evidence, tell: Tell, lesson: Lesson, data: Images) -> None:
    """The mean of the weights over the last epoch reaches the threshold."""
    fits, model = fits_to_judge(evidence, "train", data, LIMITS), model_of(evidence, "train")
    ACCURACY.judge(evidence, model, fits, lesson=lesson, data=data, tell=tell)


def _stop(fit: Fit) -> Callback:
    stop = early_stopping.early_stopping(fit)
    assert stop is not None
    return stop


def _without_single_layer(evidence: Evidence) -> Evidence:
    """Return the evidence without the training of the single layer, which the notebook trains."""
    answer, recorded = evidence.answer("compare"), evidence.recorded
    other = answer.others.get(SINGLE_LAYER) if answer else None
    if other is None or recorded is None:
        return evidence
    fits = tuple(fit for fit in recorded.fits if fit.model != other.number)
    recorded = msgspec.structs.replace(recorded, fits=fits)
    record = msgspec.structs.replace(evidence.record, recorded=recorded)
    return Evidence(record=record, arrays=evidence.arrays)
