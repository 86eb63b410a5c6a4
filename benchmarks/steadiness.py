"""How much the accuracy varies from seed to seed, in real Keras through the real recorder.

    python benchmarks/steadiness.py --lesson building-a-brain --recipe lesson-seeded --seeds 20

trains a recipe of a lesson's study with Keras and prints what is measured, as the judge works it
out. ``--sample`` uses the sample that is shipped instead of the full data. ``--write`` keeps the
numbers in the lesson's ``keras.json``, with which `autograder study` compares its own; it goes on
after those that are kept already. Where a recipe repeats the order of the cards, a seed is set
before each training: that makes Keras do so. Else none is.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from autograder import datasets
from autograder.authoring.spec.numpy_training import Trained
from autograder.authoring.spec.recipe import Training
from autograder.authoring.spec.study import load_study
from autograder.core.atomic_write import write_atomic
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.core.reference import KERAS_FILE, KerasRuns, document, load_keras
from autograder.core.snapshot_schedule import IMAGES_PER_SNAPSHOT
from autograder.datasets.fashion_mnist import DATASET
from autograder.kernel.recorder import Recorder


def main(argv: Sequence[str] | None = None) -> int:
    """Train with each seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lesson", choices=lesson_names(), default="building-a-brain")
    parser.add_argument("--recipe", default="lesson")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args(argv)
    lesson = load_lesson(arguments.lesson)
    study = load_study(lesson)
    recipe = study.recipe(arguments.recipe)
    if arguments.write and recipe not in study.written:
        parser.error("only the lesson as it is written is kept")
    data = DATASET.load_named("sample" if arguments.sample else "full")
    stored = (
        load_keras(lesson.folder).get(data.name, {}).get(recipe.name) if arguments.write else None
    )
    found = {name: list(stored.correct[name]) if stored else [] for name in study.compared}
    images = len(data.valid_labels)
    for seed in range(len(found[study.compared[0]]), arguments.seeds):
        if recipe.training.order == "repeated":
            keras.utils.set_random_seed(seed)
        measured = study.measure(_trained(recipe.training, data), data)
        print(f"{seed}:", *(f"{name} {measured[name]:.4f}" for name in found), flush=True)
        for name, correct in found.items():
            correct.append(round(measured[name] * images))
        if arguments.write:
            numbers = KerasRuns(images=images, made_by=_versions(), correct=found)
            _store(lesson, data.name, recipe.name, numbers)
    for name, correct in found.items():
        _print_statistics(
            study.statistics[name], [one / images for one in correct], lesson.thresholds[data.name]
        )
    return 0


def _print_statistics(name: str, values: Sequence[float], threshold: float) -> None:
    below = sum(value < threshold for value in values)
    print(
        f"{name}: {min(values):.3f} to {max(values):.3f}, mean {statistics.mean(values):.3f},"
        f" sd {statistics.stdev(values):.4f}; below {threshold:.2f}: {below} of {len(values)}"
    )


def _store(lesson: Lesson, name: str, recipe: str, numbers: KerasRuns) -> None:
    runs = load_keras(lesson.folder)
    runs.setdefault(name, {})[recipe] = numbers
    ordered = {data: dict(sorted(runs[data].items())) for data in sorted(runs)}
    write_atomic(lesson.folder / KERAS_FILE, document(ordered).encode())


def _versions() -> str:
    return f"keras {keras.__version__}, tensorflow {tf.__version__}"


def _trained(training: Training, data: datasets.Images) -> Trained:
    """Train a right recipe in Keras; return what the recorder recorded of it."""
    recorder = Recorder()
    recorder.watch()
    model = _model(training)
    scale = np.float32(training.scale)
    patience = training.patience
    history = model.fit(
        data.train_images * scale,
        data.train_labels,
        batch_size=training.batch,
        epochs=training.epochs,
        validation_data=(data.valid_images * scale, data.valid_labels),
        callbacks=[_stopping(patience)] if patience else None,
        verbose=0,
    )
    fit = recorder.fit_of(history)
    assert fit
    _, arrays = recorder.recorded()
    recorder.unwatch()
    kept = [arrays[f"fit-{fit.number}/{name}"] for name in fit.means]
    return Trained(
        training=training,
        values=_flat(model.get_weights()),
        means=np.stack([_flat(epoch) for epoch in zip(*kept, strict=True)]),
        snapshots=fit.snapshots,
        steps=fit.steps,
        accuracies=tuple(history.history["val_accuracy"]),
        losses=tuple(history.history["val_loss"]),
    )


def _model(training: Training) -> keras.Model:
    *hidden, outputs = training.sizes[1:]
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            *(keras.layers.Dense(neurons, activation="relu") for neurons in hidden),
            keras.layers.Dense(outputs),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(training.rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=max(1, IMAGES_PER_SNAPSHOT // training.batch),
    )
    return model


def _stopping(patience: int) -> keras.callbacks.Callback:
    return keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=patience, restore_best_weights=True
    )


def _flat(weights: Sequence[np.ndarray]) -> np.ndarray:
    """Return all weights in one row, in the study's order: kernels one neuron at a time."""
    return np.concatenate([one.T.ravel() for one in weights]).astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
