"""The study of "A Deeper Brain": recipes, declared right or wrong, and what is measured.

A wrong recipe names the check that detects it. Only what nothing else in the evidence shows is left
to ``train.accuracy``: too few steps, or steps of a wrong size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.authoring.spec.numpy_training import Trained
from autograder.authoring.spec.recipe import Recipe, Training, seeded
from autograder.authoring.spec.study import MARKED, Study
from autograder.authoring.spec.synthetic_evidence import recorded, window
from autograder.datasets import Images
from autograder.judge.rules.weights import accuracy, mean_weights
from autograder.lessons.a_deeper_brain.constants import (
    CLASSES,
    HIDDEN,
    MAX_EPOCHS,
    PATIENCE,
    PIXELS,
)
from autograder.lessons.a_deeper_brain.lesson import LESSON
from autograder.lessons.a_deeper_brain.marked_accuracy import epoch_weights, marked_accuracy

ACCURACY = "train.accuracy"
STOPPING = "train.stopping"
# Enough to count failures. On the full data a run takes eight seconds and more: fewer were
# published, and the distance to the threshold has to show that right work passes.
RUNS_AS_WRITTEN = 3_000
RUNS_OTHERWISE = 2
EPOCH_TITLES = ("one epoch", "two epochs", "three epochs")


def _training(**changes: Any) -> Training:
    """Return the training of the lesson as it is written, with these changes."""
    given: dict[str, Any] = {
        "sizes": (PIXELS, HIDDEN, CLASSES),
        "epochs": MAX_EPOCHS,
        "patience": PATIENCE,
        "scale": 1 / 255,
    }
    return Training(**(given | changes))


def _measure(trained: Trained, data: Images) -> Mapping[str, float]:
    evidence, model, fit = recorded(trained, LESSON.name, data)
    half = mean_weights(evidence, (fit,))
    return {
        MARKED: marked_accuracy(evidence, model, (fit,), data),
        "half": accuracy(evidence, model, half, fit, data),
        "restored": trained.accuracies[int(np.argmin(trained.losses))],
        "last": trained.accuracies[-1],
        "best": max(trained.accuracies),
    }


def _right(name: str, title: str, **changes: Any) -> Recipe:
    return Recipe(name=name, title=title, training=_training(**changes), runs=RUNS_OTHERWISE)


def _wrong(name: str, title: str, detected_by: str, misconception: str, **changes: Any) -> Recipe:
    return Recipe(
        name=name,
        title=title,
        training=_training(**changes),
        detected_by=detected_by,
        misconception=misconception,
        runs=RUNS_OTHERWISE,
    )


RIGHT = (
    Recipe(
        name="lesson",
        title="the lesson as it is written",
        training=_training(),
        written=True,
        runs=RUNS_AS_WRITTEN,
    ),
    _right("patience-2", "a patience of 2", patience=2),
    _right("patience-5", "a patience of 5", patience=5),
    _right("epochs-50", "at most 50 epochs", epochs=50),
    _right("batch-64", "batches of 64", batch=64),
    _right("batch-128", "batches of 128", batch=128),
)
SEEDED = seeded(RIGHT)
WRONG = (
    _wrong("raw-pixels", "raw pixels", "scale.train", "not-scaled", scale=1.0),
    _wrong(
        "single-layer",
        "no hidden layer",
        "build.hidden",
        "no-hidden-layer",
        sizes=(PIXELS, CLASSES),
    ),
    *(
        _wrong(
            f"hidden-{size}",
            f"{size} hidden neurons",
            "build.hidden",
            "wrong-hidden-size",
            sizes=(PIXELS, size, CLASSES),
        )
        for size in (10, 32)
    ),
    _wrong(
        "two-hidden",
        "two hidden layers",
        "build.hidden",
        "more-hidden-layers",
        sizes=(PIXELS, HIDDEN, HIDDEN, CLASSES),
    ),
    *(
        _wrong(f"epochs-{epochs}", title, STOPPING, "too-few-epochs", epochs=epochs, patience=None)
        for epochs, title in enumerate(EPOCH_TITLES, start=1)
    ),
    _wrong("never-stopped", "no early stopping", STOPPING, "no-early-stopping", patience=None),
    _wrong("patience-1", "a patience of 1", STOPPING, "no-patience", patience=1),
    *(
        _wrong(f"batch-{batch}", f"batches of {batch:,}", ACCURACY, "under-trained", batch=batch)
        for batch in (1024, 4096)
    ),
    *(
        _wrong(
            f"rate-{factor:g}",
            f"a learning rate {factor:g} times Adam's own",
            ACCURACY,
            "under-trained" if factor < 1 else "learning-rate-too-large",
            rate=0.001 * factor,
        )
        for factor in (0.01, 100)
    ),
    _wrong(
        "sgd",
        "plain gradient descent",
        "compile.optimizer",
        "wrong-optimizer",
        optimizer="sgd",
        rate=0.01,
    ),
    _wrong(
        "logits-as-probabilities",
        "raw outputs taken for probabilities",
        "compile.loss",
        "logits-treated-as-probabilities",
        loss="taken for probabilities",
    ),
    _wrong(
        "shuffled-labels",
        "labels in another order than the images",
        "train.data",
        "mismatched-labels",
        labels="shuffled",
    ),
    _wrong(
        "a-tenth",
        "a tenth of the training images",
        "train.data",
        "partial-training-data",
        share=0.1,
    ),
    _wrong(
        "validation-cards",
        "trained on the validation images",
        "train.data",
        "trained-on-validation-data",
        split="validation",
    ),
)

STUDY = Study(
    lesson=LESSON.name,
    check=ACCURACY,
    wish=0.87,
    measure=_measure,
    window=window(epoch_weights),
    statistics={
        MARKED: "the mean of the weights over the last epoch",
        "half": "the mean of the weights over the second half of training",
        "restored": "the weights that early stopping takes back",
        "last": "the weights after the last step: the last line of the training log",
        "best": "the best line of the training log",
    },
    compared=(MARKED, "last"),
    recipes=(*RIGHT, *SEEDED, *WRONG),
)
