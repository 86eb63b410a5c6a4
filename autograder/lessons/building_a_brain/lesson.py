"""The lesson "Building a Brain": its questions and its thresholds."""

from __future__ import annotations

from pathlib import Path

from autograder.core.lesson import Lesson, Question, compiled
from autograder.lessons.building_a_brain.error_hints import ERROR_HINTS

# The thresholds are for the mean of the weights over the second half of training. They follow
# from the study in `calibration.py` by the rule in `autograder/authoring/calibration/threshold.py`;
# `autograder study --check` compares.
LESSON = Lesson(
    name="building-a-brain",
    title="Building a Brain",
    folder=Path(__file__).parent,
    dataset="autograder.datasets.fashion_mnist",
    questions=(
        Question(name="devices", title="Find the GPUs", points=2, leaves=("gpus",)),
        Question(name="build", title="Build the neurons", points=4, leaves=("model",)),
        Question(
            name="parameters",
            title="Count the parameters",
            points=2,
            leaves=("number_of_parameters",),
        ),
        Question(
            name="compile",
            title="Compile",
            points=4,
            leaves=("model",),
            builds_on=("build",),
            filled=compiled,
        ),
        Question(
            name="train",
            title="Train",
            points=6,
            leaves=("history",),
            builds_on=("build", "compile"),
        ),
        Question(
            name="predict",
            title="Predict",
            points=2,
            leaves=("predicted_label",),
            builds_on=("build", "train"),
        ),
    ),
    thresholds={"full": 0.80, "sample": 0.73},
    error_hints=ERROR_HINTS,
)
