"""Classes for benchmarks: right and wrong work, all different or as similar as real work."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support import make_class

from autograder.notebooks.restore import Restored, restore

LESSON = make_class.LESSON
# How many students of 120 hand in the same program: a few common ways, and a long tail of one each.
# An assumption, after what is known of short exercises: the commonest answer is a third of all.
SPREAD = (36, 18, 12, 8, 6, 5, 4, 3, 3, 2, 2, 2, *(1,) * 19)
SEQUENTIAL = """
model = tf.keras.Sequential([
    {first},
    tf.keras.layers.Dense({units}),
])
"""
FIRST = (
    "tf.keras.Input((28, 28)),\n    tf.keras.layers.Flatten()",
    "tf.keras.Input(shape=(28, 28)),\n    tf.keras.layers.Flatten()",
    "tf.keras.layers.Flatten()",
    "tf.keras.layers.Input((28, 28)),\n    tf.keras.layers.Reshape((784,))",
)
UNITS = ("number_of_classes", "10")
OPTIMIZERS = ('"adam"', "tf.keras.optimizers.Adam()")
COMPILE = """
model.compile(
    optimizer={optimizer},
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
"""


def programs() -> Iterator[Mapping[str, str]]:
    """Yield different answers forever: two right ones for each mistake of ``tests/class``."""
    ways = [
        {
            "build": SEQUENTIAL.format(first=first, units=units),
            "compile": COMPILE.format(optimizer=optimizer),
        }
        for first in FIRST[:2]
        for optimizer in OPTIMIZERS
        for units in UNITS
    ]
    mistakes = [dict(one) for name, one in make_class.CLASS.items() if name != "another-right-way"]
    number = 0
    while True:
        # Two of three are right.
        kind = mistakes if number % 3 == 2 else ways
        changes = dict(kind[number // 3 % len(kind)])
        if number >= len(ways):
            # Makes every program different.
            changes["parameters"] = f"weights, biases = 784 * 10, 10 + {number} - {number}\n" + (
                changes.get("parameters") or "number_of_parameters = weights + biases"
            )
        yield changes
        number += 1


def solution() -> Restored:
    """Return the right solution, ready to be run."""
    path = ROOT / "release" / LESSON / f"{LESSON}.ipynb"
    return restore(make_class.notebook({}), nbformat.read(path, as_version=4))


def all_different(folder: Path, count: int) -> Path:
    """Write a submitted tree of *count* programs, no two of which are the same."""
    for number, changes in zip(range(count), programs(), strict=False):
        marked = dict(changes)
        marked["devices"] = (
            f'mine = {number}\ngpus = tf.config.list_physical_devices("GPU")'
            if marked.get("devices") != make_class.BLANK
            else f"mine = {number}"
        )
        _submit(folder, f"student-{number:03}", marked)
    return folder


def all_trained_apart(folder: Path, count: int) -> Path:
    """Write a submitted tree of *count* right programs, no two of which train the same."""
    for number in range(count):
        rate = 0.001 + number / 1_000_000
        changes = {
            "build": SEQUENTIAL.format(first=FIRST[number % len(FIRST)], units=UNITS[0]),
            "compile": COMPILE.format(optimizer=f"tf.keras.optimizers.Adam({rate})"),
        }
        _submit(folder, f"student-{number:03}", changes)
    return folder


def alike(folder: Path, counted: Iterable[tuple[int, Mapping[str, str]]] = ()) -> Path:
    """Write a submitted tree in which equal programs differ in a comment.

    ``counted`` are programs, each with how many hand it in: by default 120 with ``SPREAD``.
    """
    student = 0
    for count, changes in counted or zip(SPREAD, programs(), strict=False):
        for _ in range(count):
            _submit(folder, f"student-{student:03}", changes, comment=f"# My work, {student}.")
            student += 1
    return folder


def _submit(folder: Path, name: str, changes: Mapping[str, str], comment: str = "") -> None:
    path = folder / name / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = make_class.notebook(changes)
    for cell in notebook.cells:
        if comment and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = f"{comment}\n{cell.source}"
    nbformat.write(notebook, path)
