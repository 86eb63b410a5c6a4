"""One process of a study: tasks on standard input, a line of JSON for each run on standard output.

Where nobody reads the lines any longer, the process ends at the next one.
"""

from __future__ import annotations

import math
import signal
import sys

import msgspec

from autograder import datasets
from autograder.authoring.calibration.run_log import CalibrationRun, Task
from autograder.authoring.spec.calibration import Study, load_study
from autograder.authoring.spec.numpy_training import train
from autograder.core.lesson_registry import load_lesson


def main() -> int:
    """Make the requested runs."""
    if hasattr(signal, "SIGPIPE"):
        # Python would go on and raise, although nobody reads it.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    study = load_study(load_lesson(sys.argv[1]))
    for task in msgspec.json.decode(sys.stdin.buffer.read(), type=list[Task]):
        sys.stdout.buffer.write(msgspec.json.encode(run(study, task)) + b"\n")
        sys.stdout.buffer.flush()
    return 0


def run(study: Study, task: Task) -> CalibrationRun:
    """Train one recipe on one data set under one seed, and measure."""
    data = datasets.of(load_lesson(study.lesson)).load_named(task.data)
    recipe = study.recipe(task.recipe)
    count = len(data.valid_labels)
    measured = study.measure(train(recipe.training, data, task.seed), data)
    return CalibrationRun(
        recipe=task.recipe,
        data=task.data,
        seed=task.seed,
        key=study.key(recipe),
        cards=count,
        correct={
            name: round(value * count) if math.isfinite(value) else None
            for name, value in measured.items()
        },
    )


if __name__ == "__main__":
    sys.exit(main())
