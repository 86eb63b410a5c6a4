"""Whatever Keras really does leaves nothing behind that contradicts itself."""

from __future__ import annotations

from contextlib import suppress

import keras
import numpy as np
import pytest
import tensorflow as tf

from autograder.core.evidence import Evidence, Record, Recorded, Run
from autograder.judge.rules.consistency import contradiction
from autograder.judge.rules.weights import never_moved
from autograder.kernel.recorder import Recorder
from autograder.lessons.building_a_brain.constants import LIMITS

CARDS = 640


@pytest.fixture(scope="module")
def cards(sample):
    """Some cards to study, and the whole quiz."""
    return {
        "x": sample.train_images[:CARDS],
        "y": sample.train_labels[:CARDS],
        "validation_data": (sample.valid_images, sample.valid_labels),
    }


class Stop(keras.callbacks.Callback):
    """Ctrl-C in the third step of the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 1 and batch == 2:
            raise KeyboardInterrupt


def stream(cards, batch=32):
    return tf.data.Dataset.from_tensor_slices((cards["x"], cards["y"])).batch(batch)


def two_batches(cards):
    yield cards["x"][:32], cards["y"][:32]
    yield cards["x"][32:64], cards["y"][32:64]


WAYS = {
    "as asked": lambda cards: {},
    "one step an epoch": lambda cards: {"batch_size": CARDS},
    "interrupted": lambda cards: {"callbacks": [Stop()]},
    "stopped early": lambda cards: {
        "epochs": 20,
        "callbacks": [keras.callbacks.EarlyStopping("val_accuracy", restore_best_weights=True)],
    },
    "from the third epoch on": lambda cards: {"initial_epoch": 2},
    "some steps of each epoch": lambda cards: {"steps_per_epoch": 3},
    "a quiz now and then": lambda cards: {"validation_freq": 2},
    "a quiz of few cards": lambda cards: {"validation_steps": 1, "validation_batch_size": 2},
    "a split": lambda cards: {"validation_split": 0.5, "validation_data": None},
    "a stream": lambda cards: {"x": stream(cards), "y": None},
    "a stream that repeats": lambda cards: {
        "x": stream(cards).repeat(),
        "y": None,
        "steps_per_epoch": 5,
    },
    "a stream that runs dry": lambda cards: {"x": stream(cards), "y": None, "steps_per_epoch": 9},
    "a generator that runs dry": lambda cards: {"x": two_batches(cards), "y": None},
    "more epochs than are kept": lambda cards: {"epochs": 60, "batch_size": CARDS},
    "no metrics": lambda cards: {"metrics": []},
    "several steps at a time": lambda cards: {"steps_per_execution": 7},
    "without bound": lambda cards: {"optimizer": keras.optimizers.Adam(1e30)},
    "standing still": lambda cards: {"optimizer": keras.optimizers.Adam(0.0)},
    "twice": lambda cards: {"again": True},
    "epochs as numpy has them": lambda cards: {"epochs": np.int64(2)},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
def test_real_training_never_contradicts_itself(way, cards, sample) -> None:
    """However it was cut, stopped, repeated or spoilt."""
    given = {"epochs": 3, "verbose": 0, **cards, **WAYS[way](cards)}
    compiled = {"optimizer": "adam", "metrics": ["accuracy"]}
    compiled |= {name: given.pop(name) for name in compiled if name in given}
    if steps := given.pop("steps_per_execution", None):
        compiled["steps_per_execution"] = steps
    recorder = Recorder()
    recorder.data = sample
    recorder.watch()
    try:
        model = keras.Sequential(
            [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(loss=loss, **compiled)
        for _ in range(2 if given.pop("again", False) else 1):
            with suppress(KeyboardInterrupt):
                model.fit(**given)
        recorder.hand_in("train", {"model": model})
    finally:
        recorder.unwatch()
    recorded, arrays = recorder.recorded()
    record = Record(run=Run(lesson="building-a-brain", data="sample"), recorded=recorded)
    evidence = Evidence(record=record, arrays=arrays)
    described = recorded.hand_ins[0].model
    assert isinstance(recorded, Recorded)
    fits = evidence.fits(described.number)
    assert fits
    assert contradiction(evidence, described, fits, sample, LIMITS) is None
    assert never_moved(evidence, described, fits) is (way == "standing still")
