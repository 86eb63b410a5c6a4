"""Train: five epochs on the training cards, a quiz on the validation cards, near 80 %."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import CannotTell, Failed, NotApplicable, Skipped
from autograder.course import Settings
from autograder.dataset import FashionMnist
from autograder.evidence import Cards, Evidence, Fit
from autograder.lesson import Lesson
from autograder.lessons.building_a_brain.accuracy import accuracy, last_weights, mean_weights
from autograder.lessons.building_a_brain.facts import EPOCHS, fits_of, model_of, plural
from autograder.network import UnknownLayer
from autograder.pytest_plugin import Judged, Tell

# What spoils the accuracy when it is wrong: reported there, and not once more here.
ROOTS = ["build.input", "build.layers", "build.activation", "compile.loss", "train.epochs", "train.data"]


@pytest.mark.points(1)
def test_epochs(evidence: Evidence, tell: Tell) -> None:
    """The model went through the training cards at least five times."""
    fits = fits_of(evidence)
    if not fits:
        others = evidence.recorded is not None and any(fit.steps for fit in evidence.recorded.fits)
        raise Failed(
            "The model that you handed in was never trained"
            + ("; another one was, before this one was built." if others else "."),
            help="Run the cells in order, and build the model only once before you train it."
            if others
            else "Call `fit` on `model`.",
            misconception="not-trained",
        )
    done = sum(fit.epochs_done for fit in fits)
    if done < EPOCHS and fits[-1].interrupted:
        raise Failed(
            f"Training was cut short after {plural(done, 'epoch')} of {EPOCHS}.",
            help="Run the cell again and let it end. To start afresh, build and compile first.",
            misconception="too-few-epochs",
        )
    if done < EPOCHS:
        raise Failed(
            f"The model was trained for {plural(done, 'epoch')}; {EPOCHS} were asked for.",
            help="An epoch is one pass through the cards; `fit` takes their number.",
            misconception="too-few-epochs",
        )
    tell.passed(f"{plural(done, 'epoch')}: every card was studied that many times.")


@pytest.mark.points(1)
def test_data(evidence: Evidence, tell: Tell, data: FashionMnist) -> None:
    """It studied the training cards, each with its own label."""
    fit = _last_fit(evidence)
    studied = fit.training
    if studied.cards in ("validation", "mixed"):
        raise Failed(
            "The model studied the validation cards, the ones it should be quizzed on.",
            help="Study `train_images` with `train_labels`; keep the others for the quiz.",
            misconception="trained-on-validation-data",
        )
    if studied.labels == "mismatched":
        raise Failed(
            "The cards and the labels that the model studied do not belong together.",
            help="Each image needs its own label: the two must come from the same set, in the"
            " same order.",
            misconception="mismatched-labels",
        )
    whole = len(data.train_images)
    held_out = fit.validation_split or (fit.validation and fit.validation.cards == "training")
    if studied.count is not None and studied.count < whole and not held_out:
        raise Failed(
            f"The model studied {studied.count:,} cards; there are {whole:,}.",
            help="Give `fit` all the training images and labels.",
            misconception="partial-training-data",
        )
    tell.passed(
        "What it studied could not be told card by card, which is fine."
        if studied.cards == "unknown"
        else "It studied the training cards, each with its own label."
    )


@pytest.mark.points(1)
def test_validation(evidence: Evidence, tell: Tell) -> None:
    """It was quizzed on the validation cards after each epoch."""
    fit = _last_fit(evidence)
    quiz = fit.validation
    if fit.validation_split or (quiz and quiz.cards in ("training", "mixed")):
        raise Failed(
            "The model was quizzed on training cards: that tests memory, not understanding.",
            help="Quiz it on `valid_images` with `valid_labels`, which it has never studied.",
            misconception="validated-on-training-data",
        )
    if quiz is None:
        raise Failed(
            "There was no quiz: `fit` was given no validation data.",
            help="`fit` takes a pair of images and labels to quiz the model on after each epoch.",
            misconception="no-validation-data",
        )
    if quiz.labels == "mismatched":
        raise Failed(
            "In the quiz, images and labels do not belong together.",
            help="Take `valid_images` with `valid_labels`, in the same order.",
            misconception="mismatched-labels",
        )
    if _prepared_differently(evidence, fit.training, quiz):
        raise Failed(
            "The pixels of the quiz were not scaled as those of the training cards.",
            help="Whatever you do to the training images, do to the validation images too.",
            misconception="validation-scaled-differently",
        )
    tell.passed("It was quizzed on cards that it had never studied.")


@pytest.mark.points(1)
def test_device(evidence: Evidence, tell: Tell, settings: Settings) -> None:
    """It was trained on the best device there was."""
    fit = _last_fit(evidence)
    assert evidence.recorded
    there_is_gpu = any("GPU" in name.upper() for name in evidence.recorded.devices.offered)
    on_gpu = "GPU" in fit.device.upper()
    if there_is_gpu and not on_gpu:
        raise Failed(
            "There is a GPU here, but the model was trained on the CPU.",
            help="TensorFlow takes the GPU by itself: look for a line that hides it or that asks"
            " for the CPU.",
            misconception="forced-cpu",
        )
    if on_gpu:
        tell.passed("The model was trained on the GPU.")
        return
    if settings.no_gpu == "error":
        raise CannotTell(
            "This course is graded on GPUs, and there was none where the notebook ran.",
            help="A person has to run it again on a machine with a GPU.",
        )
    if settings.no_gpu == "not_applicable":
        raise NotApplicable("There was no GPU to use, so this is not marked.")
    tell.passed("There was no GPU to use; the model was trained on the CPU, and that is fine.")


@pytest.mark.points(2)
def test_accuracy(
    evidence: Evidence, tell: Tell, so_far: Judged, lesson: Lesson, data: FashionMnist
) -> None:
    """The mean of the weights sorts about 80 % of the validation cards right."""
    if not fits_of(evidence):
        raise Skipped("Looked at once the model is trained.")
    broken = [root for root in ROOTS if so_far.outcome(root) in ("failed", "skipped")]
    bar = lesson.thresholds[evidence.run.data]
    try:
        reached = _reached(evidence, data, simple=so_far.outcome("build.layers") == "passed")
    except UnknownLayer as reason:
        if broken:
            raise Skipped(_builds_on(broken)) from None
        raise CannotTell(
            f"The accuracy could not be worked out here: {reason}.",
            help="A person has to look at it; you lose nothing until then.",
        ) from None
    tell.measure("accuracy", reached)
    tell.measure("threshold", bar)
    cheated = so_far.outcome("train.data") == "failed"
    if reached >= bar and not cheated:
        tell.passed(
            f"The mean of your weights sorts {reached:.1%} of the validation cards right; the bar"
            f" is {bar:.0%}."
        )
        return
    if broken:
        raise Skipped(_builds_on(broken))
    raise Failed(
        f"The mean of your weights sorts {reached:.1%} of the validation cards right; the bar is"
        f" {bar:.0%}.",
        help="The weights moved too seldom or too little: fewer updates than five epochs of"
        " batches of 32 make. Train longer, or leave the batch size and learning rate alone.",
        misconception="under-trained",
    )


def _reached(evidence: Evidence, data: FashionMnist, *, simple: bool) -> float:
    """The accuracy to judge; for a network of several layers the better of mean and last."""
    model, fits = model_of(evidence, "train"), fits_of(evidence)
    last, mean = last_weights(evidence, model), mean_weights(evidence, fits)
    candidates = [{**last, **mean}] if mean else [last]
    if not simple:
        candidates.append(last)
    if not all(np.isfinite(array).all() for one in candidates for array in one.values()):
        raise Failed(
            "The weights are no longer numbers: the loss grew without bound (`nan`).",
            help="The steps were far too large. Leave the learning rate as Keras sets it.",
            misconception="diverged",
        )
    return max(accuracy(evidence, model, one, fits[-1], data) for one in candidates)


def _last_fit(evidence: Evidence) -> Fit:
    fits = fits_of(evidence)
    if not fits:
        raise Skipped("Looked at once the model is trained.")
    return fits[-1]


def _prepared_differently(evidence: Evidence, studied: Cards, quiz: Cards) -> bool:
    """Whether one set was scaled and the other was not: a factor, not a shade."""
    scales = [evidence.arrays.get(cards.scale or "") for cards in (studied, quiz)]
    if any(scale is None for scale in scales):
        return False
    one, other = (float(np.median(scale)) for scale in scales if scale is not None)
    return not 0.5 <= (one / other if other else 0.0) <= 2.0


def _builds_on(broken: list[str]) -> str:
    return f"The accuracy cannot be right before this is: {broken[0].replace('.', ', ')}."
