"""A script that runs cells in its own IPython and prints the error that ended each.

``python tests/support/error_texts.py`` reads a JSON object of cells by name from standard input,
and writes for each the name of the error and its text, ``null`` if there was none.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# With oneDNN, TensorFlow waits ten seconds for memory before it says that there is none.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

from IPython.core.interactiveshell import InteractiveShell

from autograder.core.exception_names import public_name

# Small images in the place of the lesson's: what is wrong with a cell does not depend on them.
BEFORE = """\
import numpy as np
import tensorflow as tf
x, y = np.zeros((64, 28, 28), np.uint8), np.arange(64, dtype=np.uint8) % 10
layers = tf.keras.layers

def network(neurons=10, flat=True):
    middle = [layers.Flatten()] if flat else []
    return tf.keras.Sequential([tf.keras.Input((28, 28)), *middle, layers.Dense(neurons)])

def compiled(model=None, **changes):
    model = model or network()
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(**({"optimizer": "adam", "loss": loss, "metrics": ["accuracy"]} | changes))
    return model
"""


def main() -> int:
    """Run every cell."""
    cells = json.load(sys.stdin)
    # Only the last line of a traceback is of interest here, and all of it takes longest.
    shell = InteractiveShell.instance(xmode="Minimal")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        shell.run_cell(BEFORE).raise_error()
        errors = {name: _error(shell.run_cell(source)) for name, source in cells.items()}
    json.dump(errors, sys.stdout)
    return 0


def _error(result) -> list[str] | None:
    error = result.error_before_exec or result.error_in_exec
    return [public_name(type(error)), str(error)] if error else None


if __name__ == "__main__":
    sys.exit(main())
