"""The study of "A Deeper Brain": recipes, declared right or wrong, and what is measured.

A wrong recipe names the check that detects it. Only what nothing else in the evidence shows is left
to ``train.accuracy``: too few steps, or steps of a wrong size.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.authoring.spec.numpy_training import Trained
from autograder.authoring.spec.recipe import Training, seeded
from autograder.authoring.spec.recipes import Recipes
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

STOPPING = "train.stopping"
# Enough to count failures. On the full data a run takes eight seconds and more: fewer were
# published, and the distance to the threshold has to show that right work passes.
RUNS_AS_WRITTEN = 3_000
EPOCH_TITLES = ("one epoch", "two epochs", "three epochs")

RECIPES = Recipes(
    written=Training(
        sizes=(PIXELS, HIDDEN, CLASSES), epochs=MAX_EPOCHS, patience=PATIENCE, scale=1 / 255
    ),
    runs=2,
)


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


RIGHT = (
    RECIPES.as_written(runs=RUNS_AS_WRITTEN),
    RECIPES.right("patience-2", "a patience of 2", patience=2),
    RECIPES.right("patience-5", "a patience of 5", patience=5),
    RECIPES.right("epochs-50", "at most 50 epochs", epochs=50),
    RECIPES.right("batch-64", "batches of 64", batch=64),
    RECIPES.right("batch-128", "batches of 128", batch=128),
)
SEEDED = seeded(RIGHT)
WRONG = (
    RECIPES.wrong("raw-pixels", "raw pixels", "scale.train", "not-scaled", scale=1.0),
    RECIPES.wrong(
        "single-layer",
        "no hidden layer",
        "build.hidden",
        "no-hidden-layer",
        sizes=(PIXELS, CLASSES),
    ),
    *(
        RECIPES.wrong(
            f"hidden-{size}",
            f"{size} hidden neurons",
            "build.hidden",
            "wrong-hidden-size",
            sizes=(PIXELS, size, CLASSES),
        )
        for size in (10, 32)
    ),
    RECIPES.wrong(
        "two-hidden",
        "two hidden layers",
        "build.hidden",
        "more-hidden-layers",
        sizes=(PIXELS, HIDDEN, HIDDEN, CLASSES),
    ),
    *(
        RECIPES.wrong(
            f"epochs-{epochs}", title, STOPPING, "too-few-epochs", epochs=epochs, patience=None
        )
        for epochs, title in enumerate(EPOCH_TITLES, start=1)
    ),
    RECIPES.wrong(
        "never-stopped", "no early stopping", STOPPING, "no-early-stopping", patience=None
    ),
    RECIPES.wrong("patience-1", "a patience of 1", STOPPING, "no-patience", patience=1),
    *RECIPES.large_batches(1024, 4096),
    *RECIPES.rates(0.01, 100),
    RECIPES.gradient_descent("sgd", "plain gradient descent"),
    *RECIPES.usual_mistakes(),
)

STUDY = Study(
    lesson=LESSON.name,
    check="train.accuracy",
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
