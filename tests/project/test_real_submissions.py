"""Work as people hand it in, graded in one run as a course would: the right points for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from support.make_class import LESSON, notebook
from support.mini import put

GRADE = ("grade", "submitted", "--no-gradebook", "--json", "told.json")

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

BUILD = """
model = tf.keras.Sequential(
    [tf.keras.Input(shape=(28, 28)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)]
)
"""
COMPILE = """
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
"""
TRAIN = """
history = model.fit(
    train_images, train_labels, epochs=5, verbose=2, validation_data=(valid_images, valid_labels)
)
"""
ONE = "train_images[data_index:data_index + 1]"
STANDARD = """
def standard(images):
    each = {"axis": (1, 2), "keepdims": True}
    return (images - images.mean(**each)) / images.std(**each)
"""


def wrong(
    points: float, named: Mapping[str, str], **edits: str
) -> tuple[Mapping[str, str], float, Mapping[str, str]]:
    """Edits of the solution by question, the points of 20, and what each check that fails names."""
    return edits, points, named


right = partial(wrong, 20, {})
# Each stands for a kind.
REAL = {
    "from-logits-one": right(compile=COMPILE.replace("=True", "=1")),
    "saved-and-loaded": right(
        train=TRAIN + 'model.save("brain.keras")\nmodel = tf.keras.models.load_model("brain.keras")'
    ),
    "by-hand-with-the-weights": right(
        predict="w, b = model.get_weights()\n"
        "predicted_label = int((train_images[data_index].reshape(-1) @ w + b).argmax())"
    ),
    "lambda-standardised": right(
        build=BUILD.replace(
            "tf.keras.layers.Flatten()",
            "tf.keras.layers.Lambda(lambda x: x / tf.reduce_max(x, (1, 2), keepdims=True)),"
            " tf.keras.layers.Flatten()",
        )
    ),
    "per-image-standardised": right(
        train=STANDARD
        + TRAIN.replace("train_images", "standard(train_images)").replace(
            "valid_images", "standard(valid_images)"
        ),
        predict=f"predicted_label = int(model.predict(standard({ONE})).argmax())",
    ),
    "fresh-model-to-predict": wrong(
        18,
        {"predict.label": "not-trained"},
        predict=f"{BUILD}\npredicted_label = int(np.argmax(model.predict({ONE})))",
    ),
    "weights-replaced-after-training": wrong(
        16,
        {"train.accuracy": "weights-replaced-after-training"},
        train=f'{TRAIN}model.set_weights([one * float("nan") for one in model.get_weights()])',
    ),
    "both-sets-in-one-stream": wrong(
        17,
        {"train.data": "trained-on-validation-data"},
        train="""
cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels))
quiz = tf.data.Dataset.from_tensor_slices((valid_images, valid_labels))
history = model.fit(cards.concatenate(quiz).batch(32), epochs=5, validation_data=quiz.batch(500))
""",
    ),
    "one-hot-all-the-way": wrong(
        18,
        {"compile.loss": "other-loss"},
        compile=COMPILE.replace("Sparse", ""),
        train="one_hot = tf.keras.utils.to_categorical\n"
        + TRAIN.replace("train_labels", "one_hot(train_labels, 10)").replace(
            "valid_labels", "one_hot(valid_labels, 10)"
        ),
    ),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, sample_keras: Path) -> dict[str, dict]:
    """What ``grade --json`` says of each, by name."""
    folder = tmp_path_factory.mktemp("real")
    for name, (edits, _, _) in REAL.items():
        put(folder / "submitted" / name / LESSON / f"{LESSON}.ipynb", notebook(edits))
    subprocess.run(
        [sys.executable, "-m", "autograder.cli", *GRADE],
        cwd=folder,
        env={**os.environ, "KERAS_HOME": str(sample_keras)},
        check=True,
    )
    document = json.loads((folder / "told.json").read_text())
    return {one["name"]: one for one in document["submissions"]}


@pytest.mark.parametrize("name", REAL)
def test_it_has_the_points_that_it_earns(graded, name) -> None:
    found, (_, points, named) = graded[name], REAL[name]
    failed = {
        one["id"]: one["misconception"] for one in found["checks"] if one["outcome"] == "failed"
    }
    left_open = [one["message"] for one in found["checks"] if one["outcome"] == "error"]
    assert (left_open, failed, found["score"]) == ([], named, points)
