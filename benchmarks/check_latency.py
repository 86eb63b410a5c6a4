"""How long a student waits for an answer: each check in a notebook, once its work is there.

    python benchmarks/check_latency.py

Builds, compiles and trains the lesson's model on the images that there are, calls each check six
times and prints the first answer and the median of the others, in seconds.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import sys
import time
from collections.abc import Callable

TIMES = 6


def main() -> int:
    """Measure and print the table."""
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        from autograder.lessons.building_a_brain import check  # noqa: PLC0415
    loaded = time.perf_counter() - began
    rows = [(f"`check.{name}`", seconds(ask)) for name, ask in calls_of(check)]
    print("| in the notebook | first, s | then, s |")
    print("| --- | ---: | ---: |")
    print(f"| the first cell: TensorFlow and the checks | {loaded:.1f} | |")
    for name, (first, *others) in rows:
        print(f"| {name} | {first:.2f} | {statistics.median(others):.2f} |")
    return 0


def calls_of(check) -> list[tuple[str, Callable[[], object]]]:  # noqa: ANN001  a module
    """Return a call of every check with right work, and of what shows the whole lesson."""
    import tensorflow as tf  # noqa: PLC0415  after the checks, as in the notebook

    gpus = tf.config.list_physical_devices("GPU")
    train, valid = tf.keras.datasets.fashion_mnist.load_data()
    layers = [tf.keras.Input((28, 28)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)]
    model = tf.keras.Sequential(layers)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    history = model.fit(*train, epochs=5, validation_data=valid, verbose=0)
    label = int(model.predict(train[0][99:100], verbose=0).argmax())
    return [
        ("devices", lambda: check.devices(gpus)),
        ("build", lambda: check.build(model)),
        ("parameters", lambda: check.parameters(7850)),
        ("compile", lambda: check.compile(model)),
        ("train", lambda: check.train(model, history)),
        ("predict", lambda: check.predict(model, 99, label)),
        ("train.hint", check.train.hint),
        ("progress", check.progress),
        ("steady_accuracy", lambda: check.steady_accuracy(history)),
    ]


def seconds(ask: Callable[[], object]) -> list[float]:
    """Return the seconds that each call took, without showing its output."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            ask()
        taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    sys.exit(main())
