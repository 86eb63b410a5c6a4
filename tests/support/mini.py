"""A small notebook of the lesson, written by hand: what is released, and what comes back."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.core.lesson_registry import load_lesson

LESSON = load_lesson("building-a-brain")

LOAD = """\
(train_images, train_labels), (valid_images, valid_labels) = (
    tf.keras.datasets.fashion_mnist.load_data()
)
number_of_classes = int(train_labels.max()) + 1
data_index = 99"""

RIGHT = {
    "devices": 'gpus = tf.config.list_physical_devices("GPU")',
    "build": "model = tf.keras.Sequential([tf.keras.Input((28, 28)), tf.keras.layers.Flatten(),"
    " tf.keras.layers.Dense(number_of_classes)])",
    "parameters": "number_of_parameters = model.count_params()",
    "compile": 'model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy('
    'from_logits=True), metrics=["accuracy"])',
    "train": "history = model.fit(train_images, train_labels, epochs=2, verbose=0,"
    " validation_data=(valid_images, valid_labels))",
    "predict": "outputs = model.predict(train_images[data_index:data_index + 1], verbose=0)\n"
    "predicted_label = int(outputs.argmax())",
}
BLANKS = {
    "devices": 'gpus = check.blank("gpus")',
    "build": 'model = check.blank("model")',
    "parameters": 'number_of_parameters = check.blank("number_of_parameters")',
    "compile": "# Compile the model.",
    "train": 'history = check.blank("history")',
    "predict": 'predicted_label = check.blank("predicted_label")',
}
CALLS = {
    "devices": "gpus",
    "build": "model",
    "parameters": "number_of_parameters",
    "compile": "model",
    "train": "model, history",
    "predict": "model, data_index, predicted_label",
}
POINTS = {"devices": 2, "build": 4, "parameters": 2, "compile": 4, "train": 6, "predict": 2}


def code(source: str, grade_id: str, **nbgrader: Any) -> NotebookNode:
    """A code cell with nbgrader's metadata; locked, unless ``solution`` is given."""
    cell = nbformat.v4.new_code_cell(source, id=grade_id)
    meta = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**meta, "grade_id": grade_id, **nbgrader}
    return cell


def released() -> NotebookNode:
    """The notebook as students get it."""
    cells = [
        nbformat.v4.new_markdown_cell("# Building a Brain", id="title"),
        code(
            "from autograder.lessons.building_a_brain import check\nimport tensorflow as tf",
            "setup",
        ),
        code(LOAD, "load-data"),
    ]
    for name, blank in BLANKS.items():
        source = f"{blank}\n# Your code here."
        cells.append(code(source, name, locked=False, solution=True))
        if name == "build":
            summary = code("model.summary()", "summary")
            summary.metadata.tags = ["raises-exception"]
            cells.append(summary)
        call = f"check.{name}({CALLS[name]})"
        cells.append(code(call, f"check-{name}", grade=True, points=POINTS[name]))
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    return notebook


def submitted(**answers: str | None) -> NotebookNode:
    """The notebook as it comes back: right, but for the answers given (``None``: left blank)."""
    notebook = released()
    for name, right in RIGHT.items():
        answer = answers.get(name, right)
        if answer is not None:
            cell_of(notebook, name).source = f"{BLANKS[name]}\n{answer}"
    return notebook


def put(path: Path, notebook: NotebookNode) -> Path:
    """Write a notebook, and make the folders for it; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with this ``grade_id``."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


# The places of the code cells among each other.
NUMBERS = {
    cell.id: number
    for number, cell in enumerate(one for one in released().cells if one.cell_type == "code")
}
