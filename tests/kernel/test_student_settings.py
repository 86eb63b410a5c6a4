"""What a student sets in Keras, TensorFlow, NumPy or Python changes no verdict on right work."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.mini import LESSON
from support.recording import recording

from autograder.core.config import Settings
from autograder.core.evidence import Evidence, Record, Run
from autograder.judge.runner import judge

pytestmark = pytest.mark.slow

# Five times the spread from seed to seed. Of raw pixels the outputs are so large that another
# rounding leads as far away as another seed.
NOISE = 0.03
PERCENT = re.compile(r"\d+(\.\d+)? %")


def done_right(sample, folder, *, flatten=None, **compiled):
    """The lesson done right, as evidence of a graded run."""
    keras.utils.set_random_seed(20)
    with recording(sample, folder) as recorder:
        recorder.record_answer("devices", {"gpus": tf.config.list_physical_devices("GPU")})
        flat = keras.layers.Flatten(data_format=flatten)
        model = keras.Sequential([keras.Input((28, 28)), flat, keras.layers.Dense(10)])
        recorder.record_answer("build", {"model": model})
        recorder.record_answer("parameters", {"number_of_parameters": model.count_params()})
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, metrics=["accuracy"], **compiled)
        recorder.record_answer("compile", {"model": model})
        history = model.fit(
            sample.train_images,
            sample.train_labels,
            epochs=5,
            batch_size=64,
            validation_data=(sample.valid_images, sample.valid_labels),
            verbose=0,
        )
        recorder.record_answer("train", {"model": model, "history": history})
        label = int(model.predict(sample.train_images[99:100], verbose=0).argmax())
        claims = {"model": model, "data_index": 99, "predicted_label": label}
        recorder.record_answer("predict", claims)
    recorded, arrays = recorder.recorded()
    assert recorded.troubles == ()
    run = Run(lesson=LESSON.name, data="sample", isolation="bubblewrap")
    return Evidence(record=Record(run=run, recorded=recorded), arrays=arrays)


def report(evidence):
    """What the judge says of each check, without the accuracy in its words; and the accuracy."""
    verdicts = judge([("student", evidence)], LESSON, settings=Settings())["student"]
    results = [
        (one.id, one.outcome.value, one.points, one.misconception, PERCENT.sub("# %", one.message))
        for one in verdicts.checks
    ]
    return results, verdicts.measures["accuracy"]


@pytest.fixture(scope="module")
def plain(sample, tmp_path_factory):
    """The report on the same work with nothing set: full marks."""
    results, accuracy = report(done_right(sample, tmp_path_factory.mktemp("plain")))
    assert sum(points for _, _, points, _, _ in results) == LESSON.max_score
    return results, accuracy


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Afterwards everything is as it was: these settings are the whole process's."""
    were = {
        keras.config.set_floatx: keras.config.floatx(),
        keras.config.set_image_data_format: keras.config.image_data_format(),
        keras.config.set_epsilon: keras.config.epsilon(),
        keras.config.set_dtype_policy: keras.config.dtype_policy(),
        tf.config.run_functions_eagerly: tf.config.functions_run_eagerly(),
    }
    with warnings.catch_warnings(), np.errstate(), np.printoptions():
        try:
            yield
        finally:
            for put, value in were.items():
                put(value)


def everything_in_64_bits():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")


SET = {
    "64 bits": everything_in_64_bits,
    "16 bits where they do": lambda: keras.config.set_dtype_policy("mixed_float16"),
    "16 other bits": lambda: keras.config.set_dtype_policy("mixed_bfloat16"),
    "channels first": lambda: keras.config.set_image_data_format("channels_first"),
    "another epsilon": lambda: keras.config.set_epsilon(1e-4),
    "functions run at once": lambda: tf.config.run_functions_eagerly(True),
    "NumPy raises": lambda: np.seterr(all="raise"),
    "NumPy prints less": lambda: np.set_printoptions(precision=1, threshold=1),
    "warnings are errors": lambda: warnings.simplefilter("error"),
}


@pytest.mark.parametrize("setting", SET)
def test_settings(sample, tmp_path, plain, setting) -> None:
    """Set in a cell, or read by Keras from its own file of settings."""
    with put_back():
        SET[setting]()
        results, accuracy = report(done_right(sample, tmp_path))
    assert results == plain[0]
    assert accuracy == pytest.approx(plain[1], abs=NOISE)


@pytest.mark.parametrize(
    "given",
    [
        {"jit_compile": True},
        {"run_eagerly": True},
        {"steps_per_execution": 10},
        {"flatten": "channels_first"},
    ],
)
def test_ways_to_compute(sample, tmp_path, plain, given) -> None:
    """Given to a layer or to ``compile``: the same network, computed in another way."""
    results, accuracy = report(done_right(sample, tmp_path, **given))
    assert results == plain[0]
    assert accuracy == pytest.approx(plain[1], abs=NOISE)
