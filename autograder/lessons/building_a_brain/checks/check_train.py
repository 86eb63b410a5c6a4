"""Train: five epochs, validated on the validation images, and an accuracy above the threshold."""

from __future__ import annotations

from functools import partial

import pytest

from autograder.core.config import Settings
from autograder.core.evidence import Evidence
from autograder.core.lesson import Lesson
from autograder.core.text import plural
from autograder.core.verdicts import PriorResults, Tell
from autograder.datasets import Images
from autograder.judge.rules import devices, epochs
from autograder.judge.rules.consistency import contradictory, fits_to_judge
from autograder.judge.rules.groups import training_examples, validation_examples
from autograder.judge.rules.models import claim_of, fits_of, model_of
from autograder.judge.rules.reach_threshold import AccuracyCheck, marked_accuracy
from autograder.judge.rules.rule import raise_first
from autograder.judge.rules.training_data import NEARLY_ALL
from autograder.lessons.building_a_brain.constants import BATCH, EPOCHS, LIMITS

# Checks whose failure lowers the accuracy: they report the cause, so it is not repeated here.
ROOTS = (
    *("build.input", "build.layers", "build.activation", "compile.loss", "compile.optimizer"),
    *("train.epochs", "train.data"),
)


@pytest.mark.points(1)
def test_epochs(evidence: Evidence, tell: Tell, data: Images) -> None:
    """The model was trained for at least five epochs."""
    fits, model = fits_of(evidence, "train"), model_of(evidence, "train")
    raise_first(
        contradictory(evidence, model, fits, data, LIMITS),
        epochs.trained_without_fit(evidence, model, fits, EPOCHS),
        epochs.another_was_trained(evidence, fits),
        epochs.never_trained(evidence, fits),
        epochs.cut_short(fits, EPOCHS),
        epochs.stopped_early(fits, EPOCHS),
        epochs.too_few_epochs(fits, EPOCHS),
        epochs.another_history(claim_of(evidence, "train", "history"), fits),
    )
    images, total = epochs.images_per_epoch(fits[-1]), len(data.train_images)
    partial = images is not None and images < NEARLY_ALL * total
    tell.passed(
        f"{plural(epochs.epochs_done(fits), 'epoch')}: the model saw "
        + (f"{images:,} images in each." if partial else "every image that many times."),
        more="Keras shuffles the images before each epoch, so no two passes are the same.",
    )


@pytest.mark.points(1)
def test_data(evidence: Evidence, tell: Tell, data: Images) -> None:
    """It was trained on the training images, each with its own label."""
    fits = fits_to_judge(evidence, "train", data, LIMITS)
    raise_first(*training_examples(fits, len(data.train_images)))
    tell.passed(
        "Which images it was trained on is not known one by one; that is fine."
        if fits[-1].training.split == "unknown"
        else "It was trained on the training images, each with its own label.",
        more="Some labels in Fashion-MNIST are doubtful: people also sometimes mistake a shirt"
        " for a pullover.",
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
        more="Validation changes no weight. Without it, you would get the same network.",
    )


@pytest.mark.points(1)
def test_device(evidence: Evidence, tell: Tell, settings: Settings, data: Images) -> None:
    """It was trained on the best device there was."""
    fit, offered = fits_to_judge(evidence, "train", data, LIMITS)[-1], devices.offered(evidence)
    raise_first(
        devices.forced_cpu(fit, offered),
        devices.unknown_device(fit, offered),
        devices.no_gpu_here(fit, offered, settings.no_gpu),
    )
    tell.passed(
        "The model was trained on the GPU."
        if devices.is_gpu(fit.device)
        else "There was no GPU, so the model was trained on the CPU; that is fine.",
        more="For so few neurons a GPU is hardly faster than a CPU: copying the images takes as"
        " long as the calculation. With a million weights that changes.",
    )


@pytest.mark.points(2)
@pytest.mark.explained_by(*ROOTS, never=("not-trained",))
def test_accuracy(
    evidence: Evidence, tell: Tell, so_far: PriorResults, lesson: Lesson, data: Images
) -> None:
    """With averaged weights, the model reaches the threshold on the validation images."""
    fits, model = fits_to_judge(evidence, "train", data, LIMITS), model_of(evidence, "train")
    simple = so_far.outcome("build.layers") == "passed"
    check = AccuracyCheck(
        epochs=EPOCHS,
        batch=BATCH,
        measure=partial(marked_accuracy, simple=simple),
        limits=LIMITS,
    )
    check.judge(evidence, model, fits, lesson=lesson, data=data, tell=tell)
