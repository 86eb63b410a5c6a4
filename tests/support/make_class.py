"""Writes the small class in ``tests/class``: run ``PYTHONPATH=tests python -m support.make_class``.

Each submission is the full solution with a few cells changed; its name says how.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from support import mini

ROOT = Path(__file__).parents[2]
LESSON = "building-a-brain"
BLANK = "blank"

CLASS: Mapping[str, Mapping[str, str]] = {
    "full-solution": {},
    "untouched-blank": dict.fromkeys(
        ("devices", "build", "parameters", "compile", "train", "predict"), BLANK
    ),
    "another-right-way": {
        "build": """
pixels = tf.keras.Input((28, 28))
scaled = tf.keras.layers.Rescaling(1 / 255)(pixels)
row = tf.keras.layers.Reshape((784,))(scaled)
model = tf.keras.Model(pixels, tf.keras.layers.Dense(10, activation="softmax")(row))
""",
        "compile": """
model.compile(
    tf.keras.optimizers.Adam(), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
""",
        "train": """
cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels)).shuffle(60_000).batch(64)
quiz = tf.data.Dataset.from_tensor_slices((valid_images, valid_labels)).batch(64)
history = model.fit(cards, epochs=10, verbose=2, validation_data=quiz)
""",
    },
    "hidden-layer": {
        "build": """
model = tf.keras.Sequential([
    tf.keras.Input((28, 28)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(32, activation="relu"),
    tf.keras.layers.Dense(number_of_classes),
])
""",
    },
    "logits-taken-for-probabilities": {
        "compile": """
model.compile(
    optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
""",
    },
    "one-epoch": {
        "train": """
history = model.fit(
    train_images, train_labels, verbose=2, validation_data=(valid_images, valid_labels)
)
""",
    },
    "quizzed-on-training-cards": {
        "train": """
history = model.fit(
    train_images, train_labels, epochs=5, verbose=2, validation_data=(train_images, train_labels)
)
""",
    },
    "size-not-place": {
        "parameters": "number_of_parameters = 28 * 28 * 10",
        "predict": """
predicted_label = model.predict(train_images[data_index : data_index + 1], verbose=0).max()
""",
    },
    "syntax-error": {"parameters": "number_of_parameters = (28 * 28 * 10 + 10"},
}


def notebook(changes: Mapping[str, str]) -> NotebookNode:
    """The released notebook with each blank filled from the source, or as ``changes`` says."""
    source = nbformat.read(ROOT / "source" / LESSON / f"{LESSON}.ipynb", as_version=4)
    released = nbformat.read(ROOT / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell, solved in zip(released.cells, source.cells, strict=True):
        meta = cell.metadata.get("nbgrader", {})
        change = changes.get(meta.get("grade_id", ""))
        if meta.get("solution") and change != BLANK:
            cell.source = f"{cell.source}\n{change.strip()}" if change else solved.source
            cell.source = "\n".join(
                line for line in cell.source.split("\n") if " SOLUTION" not in line
            )
    return released


def untrained(**changes: str) -> NotebookNode:
    """The first four questions solved, the others blank, as in a run that is to be short."""
    return notebook({"train": BLANK, "predict": BLANK, **changes})


def main() -> int:
    """Write every submission of the class."""
    for name, changes in CLASS.items():
        path = Path(__file__).parents[1] / "class" / name / LESSON / f"{LESSON}.ipynb"
        mini.put(path, notebook(changes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
