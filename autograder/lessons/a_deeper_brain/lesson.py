"""The lesson "A Deeper Brain": its questions and its thresholds."""

from __future__ import annotations

from pathlib import Path

from autograder.core.lesson import Lesson, Question, compiled

# The thresholds are for the mean of the weights over the last epoch. They follow from the study
# in `calibration.py` by the rule in `autograder/authoring/calibration/threshold.py`;
# `autograder study --check` compares.
LESSON = Lesson(
    name="a-deeper-brain",
    title="A Deeper Brain",
    folder=Path(__file__).parent,
    dataset="autograder.datasets.fashion_mnist",
    questions=(
        Question(
            name="scale",
            title="Scale the pixels",
            points=2,
            leaves=("train_images", "valid_images"),
        ),
        Question(name="build", title="Build the network", points=4, leaves=("model",)),
        Question(
            name="parameters",
            title="Count the parameters",
            points=2,
            leaves=("number_of_parameters",),
        ),
        Question(
            name="compile",
            title="Compile",
            points=3,
            leaves=("model",),
            builds_on=("build",),
            filled=compiled,
        ),
        Question(
            name="train",
            title="Train, and stop in time",
            points=6,
            leaves=("history",),
            builds_on=("scale", "build", "compile"),
        ),
        Question(
            name="compare",
            title="Count the images that were won",
            points=3,
            leaves=("cards_won",),
            builds_on=("scale", "train"),
        ),
    ),
    thresholds={"full": 0.87, "sample": 0.84},
)
