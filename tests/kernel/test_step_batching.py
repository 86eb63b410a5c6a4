"""In grading Keras takes many steps at a time, and every number stays what it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support.recording import recording

from autograder.kernel.recorder.step_batching import steps_at_a_time

COUNT = 9_000


class Stepwise(keras.callbacks.Callback):
    """Looks on at every step."""

    def on_train_batch_end(self, batch, logs=None):
        """Do what a student might."""


class Mine(keras.Sequential):
    """A student's own kind of model."""


def new_model(kind=keras.Sequential, **compiled):
    keras.utils.set_random_seed(20)
    model = kind(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, name="neurons"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], **compiled)
    return model


@pytest.fixture
def examples(sample):
    return sample.train_images[:COUNT], sample.train_labels[:COUNT]


@pytest.fixture
def validation(sample):
    return sample.valid_images[:500], sample.valid_labels[:500]


def trained(sample, folder, examples, **given):
    """All that can be seen of two trainings, watched as in grading or as in practice."""
    with recording(sample, folder) as recorder:
        model = new_model()
        seen = [model.fit(*examples, epochs=2, verbose=0, **given).history for _ in range(2)]
        seen += [
            model.evaluate(*examples, verbose=0),
            model.predict(examples[0], verbose=0).tolist(),
        ]
        seen.append([weights.tolist() for weights in model.get_weights()])
    recorded, arrays = recorder.recorded()
    assert recorded.troubles == ()
    assert model.steps_per_execution == 1
    return seen, recorded.fits, arrays


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [{}, {"batch_size": 64}, {"batch_size": 100, "validation_split": 0.2}, {"validation": True}],
)
def test_every_number_is_the_same(sample, tmp_path, examples, validation, given) -> None:
    if given.pop("validation", False):
        given = {"validation_data": validation, "callbacks": [keras.callbacks.EarlyStopping()]}
    slow, fast = (trained(sample, one, examples, **given) for one in (None, tmp_path))
    assert slow[:2] == fast[:2]
    assert set(slow[2]) == set(fast[2])
    for name, array in slow[2].items():
        np.testing.assert_array_equal(array, fast[2][name])


def test_it_really_takes_them_together(sample, tmp_path, examples) -> None:
    seen = []

    class Spy(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.steps_per_execution)

    with recording(sample, tmp_path):
        new_model().fit(*examples, verbose=0, callbacks=[Spy()])
    assert seen == [125]


@pytest.mark.parametrize(("batch", "steps"), [(None, 125), (64, 62), (100, 40), (60_000, 1)])
def test_as_many_as_lie_between_two_snapshots(examples, batch, steps) -> None:
    arguments = {"self": new_model(), "x": examples[0], "y": examples[1], "batch_size": batch}
    assert steps_at_a_time(arguments) == steps


@pytest.mark.parametrize(
    "given",
    [
        {"callbacks": [Stepwise()]},
        {"callbacks": [keras.callbacks.LambdaCallback(on_train_batch_end=print)]},
        {"callbacks": [keras.callbacks.TerminateOnNaN()]},
        {"callbacks": keras.callbacks.CallbackList([])},
        {"steps_per_epoch": 10},
        {"validation_steps": 3},
        {"self": new_model(steps_per_execution=7)},
        {"self": new_model(run_eagerly=True)},
        {"self": new_model(Mine)},
        {"self": keras.Sequential([layers.Dense(1)])},
        {"y": None},
    ],
)
def test_where_somebody_might_notice_it_does_not(examples, given) -> None:
    arguments = {"self": new_model(), "x": examples[0], "y": examples[1], **given}
    assert steps_at_a_time(arguments) == 1


def test_nor_where_data_flows_in(examples) -> None:
    flow = tf.data.Dataset.from_tensor_slices(examples).batch(32)
    assert steps_at_a_time({"self": new_model(), "x": flow}) == 1
    given = {"x": examples[0], "y": examples[1], "validation_data": flow}
    assert steps_at_a_time({"self": new_model(), **given}) == 1
