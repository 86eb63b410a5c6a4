"""A lesson on a data set of its own: digits of 8 × 8 pixels, made here."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np

from support.mini import code

NAME = "eight-by-eight"
MODULE = "autograder.lessons.eight_by_eight"
PARTS = {
    "__init__.py": "",
    "data.py": '''
"""Digits of 8 × 8 pixels."""

from pathlib import Path

import numpy as np

from autograder.core.errors import DatasetError
from autograder.datasets import Dataset, Source


class Digits(Dataset):
    """Three hundred to train on, and a hundred to validate."""

    name = "digits"
    title = "Digits"
    files = {
        name: f"{name}.npy"
        for name in ("train_images", "train_labels", "valid_images", "valid_labels")
    }

    def read_file(self, path, array):
        try:
            return "full", np.load(path)
        except (OSError, ValueError) as error:
            raise DatasetError(f"{path} cannot be used: {error}") from None

    def sources(self, scratch, given, *, allow_download, allow_apt):
        yield Source("the lesson", lambda: Path(__file__).parent / "digits")


DATASET = Digits()
''',
    "lesson.py": f"""
from pathlib import Path

from autograder.core.lesson import Lesson, Question

LESSON = Lesson(
    name="{NAME}",
    title="Eight by Eight",
    folder=Path(__file__).parent,
    dataset="{MODULE}.data",
    questions=(Question(name="train", title="Train", points=4, leaves=("model",)),),
    thresholds={{"full": 0.9}},
)
""",
    "check.py": f"""
from {MODULE}.lesson import LESSON
from autograder.kernel.check_session import CheckSession

_SESSION = CheckSession(LESSON)


def blank(name):
    return _SESSION.blank(name)


def train(model):
    return _SESSION.check("train", model=model)
""",
    "checks/check_train.py": '''
import pytest

from autograder.judge.rules.inputs import wrong_input_shape
from autograder.judge.rules.models import fits_of, model_of
from autograder.judge.rules.rule import raise_first
from autograder.judge.rules.training_data import trained_on_validation
from autograder.judge.rules.weights import accuracy, last_weights


@pytest.mark.points(1)
def test_input(evidence, data):
    """An image of the data set goes in."""
    raise_first(wrong_input_shape(model_of(evidence, "train"), data.shape))


@pytest.mark.points(1)
def test_data(evidence):
    """Nothing of the validation set was studied."""
    raise_first(trained_on_validation(fits_of(evidence, "train")))


@pytest.mark.points(2)
def test_accuracy(evidence, lesson, data, tell):
    """The weights classify the digits."""
    model, fits = model_of(evidence, "train"), fits_of(evidence, "train")
    reached = accuracy(evidence, model, last_weights(evidence, model), fits[-1], data)
    tell.measure("accuracy", reached)
    assert reached >= lesson.thresholds[evidence.run.data], f"{reached:.0%} are right."
''',
}
LOAD = f"""\
import numpy as np
import tensorflow as tf
from {MODULE} import check
from {MODULE}.data import DATASET

digits = DATASET.load()"""
TRAIN = """\
model = tf.keras.Sequential([
    tf.keras.Input((8, 8)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)
])
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit({images} / 16, {labels}, epochs=60, verbose=0)"""
RIGHT = TRAIN.format(images="digits.train_images", labels="digits.train_labels")
WRONG = TRAIN.format(images="digits.valid_images", labels="digits.valid_labels")


def write(parent: Path) -> Path:
    """Write the lesson and its data into a folder of lessons."""
    folder = parent / NAME.replace("-", "_")
    for name, text in PARTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    random = np.random.default_rng(seed=8)
    patterns = random.integers(0, 17, (10, 8, 8))
    (folder / "digits").mkdir()
    for name, count in (("train", 300), ("valid", 100)):
        labels = random.integers(0, 10, count)
        noisy = patterns[labels] + random.integers(-3, 4, (count, 8, 8))
        np.save(folder / "digits" / f"{name}_images.npy", noisy.clip(0, 16).astype(np.uint8))
        np.save(folder / "digits" / f"{name}_labels.npy", labels.astype(np.uint8))
    nbformat.write(notebook(), folder / "release.ipynb")
    return folder


def notebook(answer: str = "") -> nbformat.NotebookNode:
    """The students' notebook, with the blank filled."""
    blank = f'model = check.blank("model")\n{answer}'
    cells = [
        code(LOAD, "setup"),
        code(blank, "train", locked=False, solution=True),
        code("check.train(model)", "check-train", grade=True, points=4),
    ]
    return nbformat.v4.new_notebook(cells=cells)
