"""How much the accuracy varies from seed to seed: of the last step, and of the mean weights.

    python benchmarks/steadiness.py --seeds 20 --batch 32

trains the right solution with real Keras under many seeds and prints both, as the judge works them
out. ``--sample`` uses the sample that is shipped instead of the full data. ``--write`` keeps the
numbers in the lesson's ``keras.json``, with which `autograder study` compares its own; it goes on
after those that are kept already. ``--no-seed`` sets none: then Keras takes the cards in a fresh
order in each epoch, and else in the same one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

import keras
import tensorflow as tf

from autograder import dataset
from autograder.evidence import Evidence, Record, Run, write_whole
from autograder.lessons.building_a_brain.lesson import LESSON
from autograder.recorder import Recorder
from autograder.rules.weights import accuracy, last_weights, mean_weights
from autograder.study.declared import MARKED
from autograder.study.reference import KERAS_FILE, OfKeras, document, load_keras


def main(argv: Sequence[str] | None = None) -> int:
    """Train under each seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--no-seed", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args(argv)
    if arguments.write and (arguments.batch, arguments.epochs) != (32, 5):
        parser.error("only the lesson as it is written is kept")
    data = dataset.load_named("sample" if arguments.sample else "full")
    recipe = "lesson" if arguments.no_seed else "lesson-seeded"
    kept = load_keras(LESSON.folder).get(data.name, {}).get(recipe) if arguments.write else None
    found = {name: list(kept.correct[name]) if kept else [] for name in ("last", MARKED)}
    cards = len(data.valid_labels)
    for seed in range(len(found["last"]), arguments.seeds):
        if not arguments.no_seed:
            keras.utils.set_random_seed(seed)
        last, mean = _train(data, arguments.batch, arguments.epochs)
        print(f"seed {seed}: last step {last:.4f}, mean of the weights {mean:.4f}", flush=True)
        found["last"].append(round(last * cards))
        found[MARKED].append(round(mean * cards))
        if arguments.write:
            _keep(data.name, recipe, OfKeras(cards=cards, made_by=_versions(), correct=found))
    bar = LESSON.thresholds[data.name]
    for name, correct in (("last step", found["last"]), ("mean of the weights", found[MARKED])):
        values = [one / cards for one in correct]
        below = sum(value < bar for value in values)
        print(
            f"{name:20} {min(values):.3f} to {max(values):.3f}, mean {statistics.mean(values):.3f},"
            f" sd {statistics.stdev(values):.4f}; below {bar:.2f}: {below} of {len(values)}"
        )
    return 0


def _keep(name: str, recipe: str, numbers: OfKeras) -> None:
    kept = load_keras(LESSON.folder)
    kept.setdefault(name, {})[recipe] = numbers
    whole = {data: dict(sorted(kept[data].items())) for data in sorted(kept)}
    write_whole(LESSON.folder / KERAS_FILE, document(whole).encode())


def _versions() -> str:
    return f"keras {keras.__version__}, tensorflow {tf.__version__}"


def _train(data: dataset.FashionMnist, batch: int, epochs: int) -> tuple[float, float]:
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
