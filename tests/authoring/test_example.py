"""The example of a lesson in one notebook: its images, its threshold, and how little it takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
import numpy as np
import pytest
from support.terminal import ROOT

from autograder import datasets, lessons
from autograder.authoring.calibration.threshold import choose_threshold
from autograder.authoring.spec.mutation import load_declared
from autograder.authoring.spec.numpy_training import train
from autograder.authoring.spec.recipe import Recipe
from autograder.authoring.spec.study import MARKED, load_study
from autograder.core.config import Course
from autograder.core.distribution import Distribution
from autograder.core.errors import DatasetError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import forget, load_lesson
from autograder.nbgrader_plugin import lesson_packages
from autograder.notebooks.authored import read_lesson

NAME = "seven-segments"
EXAMPLE = ROOT / "examples" / f"{NAME}.ipynb"
# Of the pixels that the formula gives, in any version of Python and NumPy.
DIGEST = "371a4f7126be2376747795cc5dfce8aa4072652a129b6c1daabee6d5ce2a33ba"
RUNS = 8


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> Lesson:
    """The lesson in a course of somebody's own."""
    patch = pytest.MonkeyPatch()
    root: Path = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").touch()
    (root / "source" / NAME).mkdir(parents=True)
    (root / "source" / NAME / f"{NAME}.ipynb").write_bytes(EXAMPLE.read_bytes())
    patch.setattr(lessons, "__path__", list(lessons.__path__))
    patch.setenv("KERAS_HOME", str(root / "keras"))
    lesson_packages.write(Course(root=root), NAME)
    yield load_lesson(NAME)
    forget(NAME)
    patch.undo()


@pytest.fixture(scope="module")
def data(lesson: Lesson) -> datasets.Images:
    """Its images, drawn by their formula."""
    datasets.provide(datasets.of(lesson), progress=print)
    return datasets.of(lesson).load()


def test_the_images_are_the_same_everywhere(data: datasets.Images) -> None:
    """No file of images comes along; the formula gives these bytes."""
    assert data.train_images.shape == (2_000, 8, 8)
    assert np.bincount(data.train_labels).min() > 150
    pixels = data.train_images.tobytes() + data.valid_images.tobytes()
    assert hashlib.sha256(pixels).hexdigest() == DIGEST


def test_a_changed_image_is_found(lesson: Lesson, data: datasets.Images, tmp_path: Path) -> None:
    """The file is compared with the formula."""
    dataset = datasets.of(lesson)
    changed = data.valid_images.copy()
    changed[0, 0, 0] ^= 1
    np.save(tmp_path / "valid_images.npy", changed)
    with pytest.raises(DatasetError, match="was changed"):
        dataset.read_file(tmp_path / "valid_images.npy", "valid_images")


def test_the_threshold_follows_from_its_study(lesson: Lesson, data: datasets.Images) -> None:
    """A few runs of each recipe are enough to see it: right ones above, wrong ones below."""
    study, threshold = load_study(lesson), lesson.thresholds["full"]

    def reached(recipe: Recipe) -> list[float]:
        trainings = (train(recipe.training, data, seed) for seed in range(RUNS))
        return [study.measure(one, data)[MARKED] for one in trainings]

    found = {one.name: reached(one) for one in study.recipes}
    for one in study.recipes:
        assert {share >= threshold for share in found[one.name]} == {one.right}, one.name
    right = {
        one.name: Distribution.of(500, (round(500 * share) for share in found[one.name]))
        for one in study.written
    }
    assert choose_threshold(right, study.wish) >= threshold


def test_every_wrong_recipe_and_mutant_names_a_check(lesson: Lesson) -> None:
    """Of the lesson's own."""
    questions = {one.name for one in lesson.questions}
    named = [one.detected_by for one in load_study(lesson).recipes if one.detected_by]
    named += [
        check for one in load_declared(lesson).mutants.values() for check in one.expected.checks
    ]
    assert {name.partition(".")[0] for name in named} <= questions


def test_sixty_lines_are_enough(lesson: Lesson) -> None:
    """Of checks, with their hints."""
    written = read_lesson(nbformat.read(EXAMPLE, as_version=4), NAME)
    lines = [
        line
        for question in written.questions
        for part in question.checks
        for line in part.source.split("\n")
        if line.strip()
    ]
    assert len(lines) <= 60
    assert lesson.max_score == 7
