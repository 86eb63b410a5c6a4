"""The study of "Building a Brain": recipes, declared right or wrong, and what is measured.

A wrong recipe names the check that detects it. ``train.accuracy`` comes last: it has to detect only
what nothing else in the evidence shows, too few steps or steps of a wrong size.
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
from autograder.judge.rules.reach_threshold import marked_accuracy
from autograder.judge.rules.weights import accuracy, mean_weights
from autograder.lessons.building_a_brain.constants import CLASSES, PIXELS
from autograder.lessons.building_a_brain.lesson import LESSON

ACCURACY = "train.accuracy"
# If none of these fails, at most 0.1 % fail, with 95 % confidence.
RUNS_AS_WRITTEN = 3_000
EPOCH_TITLES = ("one epoch", "two epochs", "three epochs", "four epochs")


def _ten_neurons(**changes: Any) -> Training:
    return Training(sizes=(PIXELS, CLASSES), **changes)


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
    Recipe(
        name="lesson",
        title="the lesson as it is written",
        training=_ten_neurons(),
        written=True,
        runs=RUNS_AS_WRITTEN,
    ),
    Recipe(
        name="scaled-pixels", title="pixels divided by 255", training=_ten_neurons(scale=1 / 255)
    ),
    Recipe(name="batch-64", title="batches of 64", training=_ten_neurons(batch=64)),
    Recipe(name="batch-128", title="batches of 128", training=_ten_neurons(batch=128)),
    Recipe(
        name="batch-128-scaled",
        title="batches of 128, pixels divided by 255",
        training=_ten_neurons(batch=128, scale=1 / 255),
    ),
    Recipe(name="epochs-10", title="ten epochs", training=_ten_neurons(epochs=10)),
    Recipe(
        name="epochs-10-batch-128",
        title="ten epochs, batches of 128",
        training=_ten_neurons(epochs=10, batch=128),
    ),
    # The blank asks for Adam and leaves its rate open.
    *(
        Recipe(
            name=f"rate-{factor}",
            title=f"a learning rate {factor} times Adam's own",
            training=_ten_neurons(rate=0.001 * factor),
        )
        for factor in (10, 100)
    ),
)
SEEDED = seeded(RIGHT)
WRONG = (
    *(
        Recipe(
            name=f"epochs-{epochs}",
            title=title,
            training=_ten_neurons(epochs=epochs),
            detected_by="train.epochs",
            misconception="too-few-epochs",
        )
        for epochs, title in enumerate(EPOCH_TITLES, start=1)
    ),
    *(
        Recipe(
            name=f"batch-{batch}",
            title=f"batches of {batch:,}",
            training=_ten_neurons(batch=batch),
            detected_by=ACCURACY,
            misconception="under-trained",
        )
        for batch in (256, 512, 1024, 4096)
    ),
    *(
        Recipe(
            name=f"rate-{factor:g}",
            title=f"a learning rate {factor:g} times Adam's own",
            training=_ten_neurons(rate=0.001 * factor),
            detected_by=ACCURACY,
            misconception="under-trained",
        )
        for factor in (0.1, 0.01)
    ),
    Recipe(
        name="sgd",
        title="plain gradient descent",
        training=_ten_neurons(optimizer="sgd", rate=0.01),
        detected_by="compile.optimizer",
        misconception="wrong-optimizer",
    ),
    Recipe(
        name="sgd-scaled",
        title="plain gradient descent, pixels divided by 255",
        training=_ten_neurons(optimizer="sgd", rate=0.01, scale=1 / 255),
        detected_by="compile.optimizer",
        misconception="wrong-optimizer",
    ),
    Recipe(
        name="logits-as-probabilities",
        title="raw outputs taken for probabilities",
        training=_ten_neurons(loss="taken for probabilities"),
        detected_by="compile.loss",
        misconception="logits-treated-as-probabilities",
    ),
    Recipe(
        name="shuffled-labels",
        title="labels in another order than the images",
        training=_ten_neurons(labels="shuffled"),
        detected_by="train.data",
        misconception="mismatched-labels",
    ),
    Recipe(
        name="a-tenth",
        title="a tenth of the training images",
        training=_ten_neurons(share=0.1),
        detected_by="train.data",
        misconception="partial-training-data",
    ),
    Recipe(
        name="validation-cards",
        title="trained on the validation images",
        training=_ten_neurons(split="validation"),
        detected_by="train.data",
        misconception="trained-on-validation-data",
    ),
)

STUDY = Study(
    lesson=LESSON.name,
    check=ACCURACY,
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
