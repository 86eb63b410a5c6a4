"""How much the accuracy varies from seed to seed: of the last step, and of the mean weights.

    python benchmarks/steadiness.py --seeds 20 --batch 32

trains the right solution with real Keras under many seeds and prints both, as the judge works them
out. ``--sample`` uses the sample that is shipped instead of the full data.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence

from autograder import dataset
from autograder.evidence import Evidence, Record, Run
from autograder.lessons.building_a_brain.lesson import LESSON
from autograder.rules.weights import accuracy, last_weights, mean_weights


def main(argv: Sequence[str] | None = None) -> int:
    """Train under each seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--sample", action="store_true")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    data = dataset.load_named("sample" if arguments.sample else "full")
    last, mean = [], []
    for seed in range(arguments.seeds):
        one = _train(data, seed, arguments.batch, arguments.epochs)
        last.append(one[0])
        mean.append(one[1])
        print(f"seed {seed}: last step {one[0]:.4f}, mean of the weights {one[1]:.4f}", flush=True)
    bar = LESSON.thresholds[data.name]
    for name, values in (("last step", last), ("mean of the weights", mean)):
        below = sum(value < bar for value in values)
        print(
            f"{name:20} {min(values):.3f} to {max(values):.3f}, mean {statistics.mean(values):.3f},"
            f" sd {statistics.stdev(values):.4f}; below {bar:.2f}: {below} of {len(values)}"
        )
    return 0


def _train(data: dataset.FashionMnist, seed: int, batch: int, epochs: int) -> tuple[float, float]:
    import keras  # noqa: PLC0415  after the environment is set

    from autograder.recorder import Recorder  # noqa: PLC0415  the same

    keras.utils.set_random_seed(seed)
    recorder = Recorder()
    recorder.watch()
    model = keras.Sequential(
        [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        optimizer="adam", loss=loss, metrics=["accuracy"], steps_per_execution=4000 // batch
    )
    history = model.fit(
        data.train_images, data.train_labels, batch_size=batch, epochs=epochs, verbose=0
    )
    fit = recorder.fit_of(history)
    assert fit
    described, weights = recorder.describe(fit.model)
    recorded, arrays = recorder.recorded()
    recorder.unwatch()
    run = Run(lesson=LESSON.name, data=data.name)
    evidence = Evidence(record=Record(run=run, recorded=recorded), arrays={**arrays, **weights})
    plain = last_weights(evidence, described)
    steady = {**plain, **mean_weights(evidence, [fit])}
    return tuple(accuracy(evidence, described, one, fit, data) for one in (plain, steady))


if __name__ == "__main__":
    sys.exit(main())
