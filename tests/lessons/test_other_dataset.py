"""The engine knows no data set: it grades a lesson on images that nobody foresaw."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from support import digits
from support.throwaway import importable_lesson

from autograder import datasets
from autograder.cli import main
from autograder.core.errors import DatasetError
from autograder.core.evidence import Examples
from autograder.core.lesson import Lesson
from autograder.kernel.recorder.data_matching import DatasetIndex


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    digits.write(tmp_path / "lessons")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return importable_lesson(digits.NAME, digits.MODULE, tmp_path / "lessons", monkeypatch)


def test_a_lesson_names_its_data_set(lesson: Lesson, tmp_path: Path) -> None:
    """It is known from then on, found, verified and provided like the one that comes with us."""
    dataset = datasets.of(lesson)
    assert [one.title for one in datasets.known()] == ["Fashion-MNIST", "Digits"]
    with pytest.raises(DatasetError, match=r"train_images\.npy"):
        dataset.load()
    found = datasets.provide(dataset, progress=print)
    assert (found.home, found.name) == (tmp_path / "keras", "full")
    assert found.origin == "the lesson"
    data = dataset.load_named("full")
    assert (data.shape, data.pixels, data.train_images.shape) == ((8, 8), 64, (300, 8, 8))
    with pytest.raises(DatasetError, match="No sample of Digits"):
        datasets.provide_sample(dataset)


def test_its_images_are_told_apart(lesson: Lesson) -> None:
    """Scaled and turned into rows as well."""
    datasets.provide(datasets.of(lesson), progress=print)
    data = datasets.of(lesson).load()
    found = DatasetIndex(data).identify(data.valid_images.reshape(-1, 64) / 16, data.valid_labels)
    examples = found.as_examples("map", {})
    assert (examples.split, examples.labels, examples.count) == ("validation", "matching", 100)
    assert DatasetIndex(data).identify(np.ones((5, 784))).as_examples("map", {}) == Examples()


@pytest.mark.slow
@pytest.mark.kernel
def test_a_right_and_a_wrong_submission_are_graded(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the command line: sandbox, recorder, judge and report."""
    monkeypatch.chdir(tmp_path)
    for name, answer in (("ann", digits.RIGHT), ("bob", digits.WRONG)):
        nbformat.write(digits.notebook(answer), tmp_path / f"{name}.ipynb")
    files = ["ann.ipynb", "bob.ipynb"]
    assert main(["grade", *files, "--lesson", lesson.name, "--json", "out.json"]) == 0
    ann, bob = json.loads(Path("out.json").read_text())["submissions"]
    assert ann["score"] == ann["max_score"] == 4, ann
    named = {one["id"]: one["misconception"] for one in bob["checks"] if one["misconception"]}
    assert named == {"train.data": "trained-on-validation-data"}
