"""Whatever Keras really does leaves nothing behind that contradicts itself."""

from __future__ import annotations

from contextlib import suppress

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.evidence_builder import FIT, MODEL, changed
from support.recording import recording

from autograder.core.evidence import Evidence, Record, Recorded, Replay, Run
from autograder.judge.rules.consistency import contradiction
from autograder.judge.rules.weights import never_moved
from autograder.lessons.building_a_brain.constants import LIMITS

COUNT = 640


@pytest.fixture(scope="module")
def examples(sample):
    """Some images to train on, and the whole validation set."""
    return {
        "x": sample.train_images[:COUNT],
        "y": sample.train_labels[:COUNT],
        "validation_data": (sample.valid_images, sample.valid_labels),
    }


class Stop(keras.callbacks.Callback):
    """Ctrl-C in the third step of the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 1 and batch == 2:
            raise KeyboardInterrupt


def stream(examples, batch=32):
    return tf.data.Dataset.from_tensor_slices((examples["x"], examples["y"])).batch(batch)


def two_batches(examples):
    yield examples["x"][:32], examples["y"][:32]
    yield examples["x"][32:64], examples["y"][32:64]


WAYS = {
    "as asked": lambda examples: {},
    "one step an epoch": lambda examples: {"batch_size": COUNT},
    "interrupted": lambda examples: {"callbacks": [Stop()]},
    "stopped early": lambda examples: {
        "epochs": 20,
        "callbacks": [keras.callbacks.EarlyStopping("val_accuracy", restore_best_weights=True)],
    },
    "from the third epoch on": lambda examples: {"initial_epoch": 2},
    "some steps of each epoch": lambda examples: {"steps_per_epoch": 3},
    "validation only sometimes": lambda examples: {"validation_freq": 2},
    "validation on few": lambda examples: {
        "validation_steps": 1,
        "validation_batch_size": 2,
    },
    "a split": lambda examples: {"validation_split": 0.5, "validation_data": None},
    "a stream": lambda examples: {"x": stream(examples), "y": None},
    "a stream that repeats": lambda examples: {
        "x": stream(examples).repeat(),
        "y": None,
        "steps_per_epoch": 5,
    },
    "a stream that runs dry": lambda examples: {
        "x": stream(examples),
        "y": None,
        "steps_per_epoch": 9,
    },
    "a generator that runs dry": lambda examples: {"x": two_batches(examples), "y": None},
    "more epochs than are kept": lambda examples: {"epochs": 60, "batch_size": COUNT},
    "no metrics": lambda examples: {"metrics": []},
    "several steps at a time": lambda examples: {"steps_per_execution": 7},
    "without bound": lambda examples: {"optimizer": keras.optimizers.Adam(1e30)},
    "standing still": lambda examples: {"optimizer": keras.optimizers.Adam(0.0)},
    "twice": lambda examples: {"again": True},
    "epochs as numpy has them": lambda examples: {"epochs": np.int64(2)},
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
def test_real_training_never_contradicts_itself(way, examples, sample) -> None:
    """However it was cut, stopped, repeated or spoilt."""
    given = {"epochs": 3, "verbose": 0, **examples, **WAYS[way](examples)}
    compiled = {"optimizer": "adam", "metrics": ["accuracy"]}
    compiled |= {name: given.pop(name) for name in compiled if name in given}
    if steps := given.pop("steps_per_execution", None):
        compiled["steps_per_execution"] = steps
    with recording(sample) as recorder:
        model = keras.Sequential(
            [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(loss=loss, **compiled)
        for _ in range(2 if given.pop("again", False) else 1):
            with suppress(KeyboardInterrupt):
                model.fit(**given)
        recorder.record_answer("train", {"model": model})
    recorded, arrays = recorder.recorded()
    record = Record(run=Run(lesson="building-a-brain", data="sample"), recorded=recorded)
    evidence = Evidence(record=record, arrays=arrays)
    described = recorded.answers[0].model
    fits = evidence.fits(described.number)
    assert fits
    assert contradiction(evidence, described, fits, sample, LIMITS) is None
    assert never_moved(evidence, described, fits) is (way == "standing still")


REPEATED = changed(FIT, history={}, states=("first", "last"), replayed=True)
SAID = Replay(description="1", answer="2", left="last")


@pytest.mark.parametrize(
    ("repeated", "said", "contradicts"),
    [
        (REPEATED, (SAID,), False),
        (REPEATED, (changed(SAID, left="other"), SAID), False),
        (REPEATED, (changed(SAID, left="other"),), True),
        (REPEATED, (), True),
        (REPEATED, (changed(SAID, answer=""),), True),
        # Its own training, or one that did not come to its end.
        (changed(REPEATED, replayed=False), (), False),
        (changed(REPEATED, states=("first",), interrupted=True), (SAID,), False),
        (changed(REPEATED, states=("first",), error="ValueError"), (SAID,), False),
        # Too many weights for a digest, or none was stored yet.
        (changed(REPEATED, states=()), (changed(SAID, left=""),), False),
        (REPEATED, (changed(SAID, left=""),), False),
    ],
)
def test_a_replayed_training_left_what_the_trainer_says(
    repeated, said, contradicts, sample
) -> None:
    """Whatever the kernel says: it had the weights from the trainer."""
    evidence = Evidence(record=Record(run=Run(replays=said), recorded=Recorded(fits=(repeated,))))
    found = contradiction(evidence, MODEL, (repeated,), sample, LIMITS)
    assert found == (
        "its weights are not those of the training that it is said to repeat"
        if contradicts
        else None
    )
