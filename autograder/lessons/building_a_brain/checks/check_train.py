"""Train: five epochs on the training cards, a quiz on the validation cards, near 80 %."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.checks import CannotTell, Failed, Judged, NotApplicable, Skipped, Tell
from autograder.course import Settings
from autograder.dataset import FashionMnist
from autograder.evidence import Cards, Evidence, Fit
from autograder.lesson import Lesson
from autograder.lessons.building_a_brain.accuracy import marked_accuracy, standing
from autograder.lessons.building_a_brain.consistency import contradiction, never_moved
from autograder.lessons.building_a_brain.facts import EPOCHS, OPEN, fits_of, model_of, plural
from autograder.network import UnknownLayer
from autograder.render.words import percent

# What spoils the accuracy when it is wrong: told there, and not once more here.
ROOTS = (
    *("build.input", "build.layers", "build.activation", "compile.loss", "compile.optimizer"),
    *("train.epochs", "train.data"),
)
# Streams may leave out the last cards of an epoch where they do not fill a batch.
NEARLY_ALL = 0.95


@pytest.mark.points(1)
def test_epochs(evidence: Evidence, tell: Tell, data: FashionMnist) -> None:
    """The model went through the training cards at least five times."""
    fits = fits_of(evidence)
    if found := contradiction(evidence, model_of(evidence, "train"), fits, data):
        raise Failed(
            f"What was recorded of your training contradicts itself: {found}.",
            help="Restart the kernel and run all cells from the top. If this message comes back,"
            " ask your instructor to look.",
            misconception="contradictory-evidence",
        )
    if not fits:
        others = evidence.recorded is not None and any(fit.steps for fit in evidence.recorded.fits)
        raise Failed(
            "The model that you handed in was never trained"
            + ("; another one was." if others else "."),
            help="Run the cells in order, and build the model only once before you train it."
            if others
            else "Call the `fit` method of `model`.",
            misconception="not-trained",
        )
    done = sum(fit.epochs_done for fit in fits)
    if done < EPOCHS and fits[-1].interrupted:
        raise Failed(
            f"Training was cut short after {plural(done, 'epoch')}; {EPOCHS} were asked for.",
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
    fit = _last_fit(evidence, data)
    if _studied_quiz(fits_of(evidence)):
        raise Failed(
            "The model studied validation cards; it should study the training cards only.",
            help="Study `train_images` with `train_labels`, and keep the others for the quiz. To"
            " start afresh, build and compile first: what a model has seen it does not forget.",
            misconception="trained-on-validation-data",
        )
    if fit.training.labels == "mismatched":
        raise Failed(
            "The images and the labels that the model studied do not belong together.",
            help="Each image needs its own label: take both from the same set, in the same order.",
            misconception="mismatched-labels",
        )
    if _is_partial(fit, whole := len(data.train_images)):
        raise Failed(
            f"The model studied {fit.training.count:,} cards; there are {whole:,}.",
            help="Give `fit` all the training images and labels.",
            misconception="partial-training-data",
        )
    tell.passed(
        "Which cards it studied could not be told one by one, and that is fine."
        if fit.training.cards == "unknown"
        else "It studied the training cards, each with its own label."
    )


@pytest.mark.points(1)
def test_validation(evidence: Evidence, tell: Tell, data: FashionMnist) -> None:
    """It was quizzed on the validation cards after each epoch."""
    fit = _last_fit(evidence, data)
    quiz = fit.validation
    # Keras ignores the split where it is given cards for the quiz.
    if fit.validation_split and quiz is None:
        raise Failed(
            f"Keras kept back {fit.validation_split * 100:g} % of the training cards for the quiz;"
            " the blank asks for the validation cards.",
            help="Quiz the model on `valid_images` with `valid_labels` instead: then it can study"
            " all the training cards.",
            misconception="validated-on-training-data",
        )
    if quiz and quiz.cards in ("training", "mixed"):
        raise Failed(
            "The quiz was held with training cards; it should be held with the validation cards.",
            help="Quiz the model on `valid_images` with `valid_labels`: cards that it studied test"
            " its memory, not its understanding.",
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
            "The images and the labels of the quiz do not belong together.",
            help="Take `valid_images` with `valid_labels`, in the same order.",
            misconception="mismatched-labels",
        )
    if _prepared_differently(evidence, fit.training, quiz):
        raise Failed(
            "The pixels of the quiz were not scaled as those of the training cards.",
            help="Whatever you do to the training images, do to the validation images too.",
            misconception="validation-scaled-differently",
        )
    tell.passed(
        "After each epoch there was a quiz. Its cards could not be told, and that is fine."
        if quiz.cards == "unknown"
        else "After each epoch it was quizzed on the validation cards."
    )


@pytest.mark.points(1)
def test_device(evidence: Evidence, tell: Tell, settings: Settings, data: FashionMnist) -> None:
    """It was trained on the best device there was."""
    device = _last_fit(evidence, data).device.upper()
    assert evidence.recorded is not None
    if "GPU" in device:
        tell.passed("The model was trained on the GPU.")
        return
    if any("GPU" in name.upper() for name in evidence.recorded.devices.offered):
        if not device:
            raise CannotTell("On which device the model was trained could not be told.")
        raise Failed(
            "The model was trained on the CPU, and there is a GPU here.",
            help="TensorFlow takes the GPU by itself: look for a line that hides it or that asks"
            " for the CPU.",
            misconception="forced-cpu",
        )
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
    _last_fit(evidence, data)
    model = model_of(evidence, "train")
    root = next((one for one in ROOTS if so_far.failed(one)), None)
    bar = lesson.thresholds[evidence.run.data]
    try:
        simple = so_far.outcome("build.layers") == "passed"
        reached = marked_accuracy(evidence, model, fits_of(evidence), data, simple=simple)
    except UnknownLayer as reason:
        if root:
            raise _waits_for(root, lesson) from None
        raise CannotTell(
            f"The accuracy of your model could not be worked out: {reason}.",
            help=OPEN,
        ) from None
    if math.isfinite(reached):
        tell.measure("accuracy", reached)
        tell.measure("threshold", bar)
    if reached >= bar and never_moved(evidence, fits_of(evidence)):
        raise Failed(
            "The weights were the same in every epoch: training changed nothing.",
            help="Build and compile afresh, with Adam as Keras sets it, then train: the weights"
            " should come from the cards.",
            misconception="not-trained",
        )
    if reached >= bar and not _studied_quiz(fits_of(evidence)):
        tell.stands(standing(lesson, evidence.run.data, reached))
        tell.passed(_sorts(reached, bar))
    elif root:
        raise _waits_for(root, lesson)
    elif not math.isfinite(reached):
        raise Failed(
            "The weights are no longer numbers (`nan`): the steps were so large that the loss grew"
            " without bound.",
            help="Leave the learning rate as Keras sets it, then build, compile and train again.",
            misconception="diverged",
        )
    else:
        tell.stands(standing(lesson, evidence.run.data, reached))
        raise Failed(
            _sorts(reached, bar), help=_next_step(evidence, data), misconception="under-trained"
        )


def _sorts(reached: float, bar: float) -> str:
    return (
        f"The mean of your weights sorts {percent(reached)} of the validation cards right; the bar"
        f" is {bar * 100:.0f} %."
    )


def _next_step(evidence: Evidence, data: FashionMnist) -> str:
    """What to change so that the weights move often enough and far enough."""
    steps = sum(fit.steps for fit in fits_of(evidence))
    wanted = EPOCHS * math.ceil(len(data.train_images) / 32)
    if steps < NEARLY_ALL * wanted:
        return (
            f"The weights were changed {steps:,} times; {EPOCHS} epochs in batches of 32 change"
            f" them {wanted:,} times. Train for more epochs, or leave the batch size alone."
        )
    compiled = model_of(evidence, "train").compiled
    rate = compiled.optimizer_settings.get("learning_rate") if compiled else None
    if isinstance(rate, float) and not 0.0005 <= rate <= 0.01:
        return f"The learning rate is {rate:g}; leave it as Keras sets it for Adam, 0.001."
    return "Build and compile afresh, then train once more, perhaps for more epochs."


def _last_fit(evidence: Evidence, data: FashionMnist) -> Fit:
    fits = fits_of(evidence)
    if not fits:
        raise Skipped("This is looked at once the model is trained.")
    if contradiction(evidence, model_of(evidence, "train"), fits, data):
        raise Skipped("This is looked at once the message above is settled.")
    return fits[-1]


def _studied_quiz(fits: tuple[Fit, ...]) -> bool:
    return any(fit.training.cards in ("validation", "mixed") for fit in fits)


def _is_partial(fit: Fit, whole: int) -> bool:
    """Whether cards were left out that were not kept for a quiz, nor cut off."""
    kept = fit.validation_split or (fit.validation and fit.validation.cards == "training")
    if kept or fit.interrupted or fit.training.cards != "training" or fit.training.count is None:
        return False
    return fit.training.count < NEARLY_ALL * whole


def _prepared_differently(evidence: Evidence, studied: Cards, quiz: Cards) -> bool:
    """Whether one set was scaled and the other was not: a factor, not a shade."""
    scales = [evidence.arrays.get(cards.scale or "") for cards in (studied, quiz)]
    one, other = (0.0 if scale is None else float(np.median(scale)) for scale in scales)
    return bool(one and other) and not 0.5 <= one / other <= 2.0


def _waits_for(root: str, lesson: Lesson) -> Skipped:
    question = lesson.question(root.partition(".")[0])
    where = "the message above" if question.name == "train" else f"“{question.title}”"
    return Skipped(f"The accuracy is looked at once {where} is settled.")
