"""The study of "Building a Brain": recipes, declared right or wrong, and what is measured.

A wrong recipe names the check that detects it. ``train.accuracy`` comes last: it has to detect only
what nothing else in the evidence shows, too few steps or steps of a wrong size.
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
from autograder.judge.rules.reach_threshold import marked_accuracy
from autograder.judge.rules.weights import accuracy, mean_weights
from autograder.lessons.building_a_brain.constants import CLASSES, PIXELS
from autograder.lessons.building_a_brain.lesson import LESSON

# If none of these fails, at most 0.1 % fail, with 95 % confidence.
RUNS_AS_WRITTEN = 3_000
EPOCH_TITLES = ("one epoch", "two epochs", "three epochs", "four epochs")

RECIPES = Recipes(written=Training(sizes=(PIXELS, CLASSES)))


def _measure(trained: Trained, data: Images) -> Mapping[str, float]:
    evidence, model, fit = recorded(trained, LESSON.name, data)
    each = {name: evidence.arrays[f"fit-0/{name}"] for name in fit.means}
    final = {name: means[-1] for name, means in each.items()}
    whole = {
        name: np.average(means, axis=0, weights=fit.snapshots).astype(np.float32)
        for name, means in each.items()
    }
    return {
        MARKED: marked_accuracy(evidence, model, (fit,), data, simple=True),
        "whole": accuracy(evidence, model, whole, fit, data),
        "final": accuracy(evidence, model, final, fit, data),
        "last": trained.accuracies[-1],
        "best": max(trained.accuracies),
    }


RIGHT = (
    RECIPES.as_written(runs=RUNS_AS_WRITTEN),
    RECIPES.right("scaled-pixels", "pixels divided by 255", scale=1 / 255),
    RECIPES.right("batch-64", "batches of 64", batch=64),
    RECIPES.right("batch-128", "batches of 128", batch=128),
    RECIPES.right(
        "batch-128-scaled", "batches of 128, pixels divided by 255", batch=128, scale=1 / 255
    ),
    RECIPES.right("epochs-10", "ten epochs", epochs=10),
    RECIPES.right("epochs-10-batch-128", "ten epochs, batches of 128", epochs=10, batch=128),
    # The blank asks for Adam and leaves its rate open.
    *(
        RECIPES.right(
            f"rate-{factor}", f"a learning rate {factor} times Adam's own", rate=0.001 * factor
        )
        for factor in (10, 100)
    ),
)
SEEDED = seeded(RIGHT)
WRONG = (
    *(
        RECIPES.wrong(f"epochs-{epochs}", title, "train.epochs", "too-few-epochs", epochs=epochs)
        for epochs, title in enumerate(EPOCH_TITLES, start=1)
    ),
    *RECIPES.large_batches(256, 512, 1024, 4096),
    *RECIPES.rates(0.1, 0.01),
    RECIPES.gradient_descent("sgd", "plain gradient descent"),
    RECIPES.gradient_descent(
        "sgd-scaled", "plain gradient descent, pixels divided by 255", scale=1 / 255
    ),
    *RECIPES.usual_mistakes(),
)

STUDY = Study(
    lesson=LESSON.name,
    check="train.accuracy",
    wish=0.80,
    measure=_measure,
    window=window(lambda evidence, fit: mean_weights(evidence, (fit,))),
    statistics={
        MARKED: "the mean of the weights over the second half of training",
        "whole": "the mean of the weights over all of training",
        "final": "the mean of the weights over the last epoch",
        "last": "the weights after the last step: the last line of the training log",
        "best": "the best line of the training log",
    },
    compared=(MARKED, "last"),
    recipes=(*RIGHT, *SEEDED, *WRONG),
)
