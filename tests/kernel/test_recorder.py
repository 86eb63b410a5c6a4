"""The recorder sees what happens, and changes nothing of it."""

import gc
import inspect
import json
import textwrap
import warnings
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from support import processes
from support.recording import imports_undone, recording

from autograder.core.evidence import Claim, Recorded, decode, unpack_arrays
from autograder.judge.identity import origins
from autograder.kernel.placeholder import Blank
from autograder.kernel.recorder import (
    Recorder,
    call_log,
    model_description,
    weight_averaging,
)
from autograder.kernel.recorder.data_matching import DatasetIndex
from autograder.kernel.recorder.data_probe import DataProbe
from autograder.kernel.recorder.weight_averaging import WeightAverager

COUNT = 2_000


def new_model(*, drop=0.0, hidden=(), seed=20, **compiled):
    keras.utils.set_random_seed(seed)
    before = [layers.Dropout(drop)] if drop else [layers.Dense(units) for units in hidden]
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), *before, layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], **compiled)
    return model


def written(folder: Path) -> tuple[Recorded, dict[str, np.ndarray]]:
    """What the recorder has written there, and its arrays."""
    recorded = decode((folder / "recorded.json").read_bytes(), Recorded)
    return recorded, unpack_arrays((folder / "recorded.npz").read_bytes())


@pytest.fixture
def recorder(sample):
    with recording(sample) as recorder:
        yield recorder


def examples_of(sample):
    return sample.train_images[:COUNT], sample.train_labels[:COUNT]


@pytest.fixture
def examples(sample):
    return examples_of(sample)


@pytest.fixture
def validation(sample):
    return sample.valid_images[:500], sample.valid_labels[:500]


def stream(examples, *, batch=32, shuffle=True):
    dataset = tf.data.Dataset.from_tensor_slices(examples)
    return (dataset.shuffle(COUNT) if shuffle else dataset).batch(batch)


def batches(examples, batch=50):
    while True:
        for start in range(0, COUNT, batch):
            yield tuple(part[start : start + batch] for part in examples)


def fit(model, *args, **kwargs):
    return model.fit(*args, **{"epochs": 1, "verbose": 0, **kwargs})


def last_fit(recorder):
    recorded, arrays = recorder.recorded()
    assert recorded.troubles == ()
    return recorded.fits[-1], arrays


def test_watching_ends_without_a_trace() -> None:
    owners = (keras.Model, tf.config, tf.config.experimental, tf.test)
    before = [dict(vars(owner)) for owner in owners]
    recorder = Recorder()
    recorder.watch()
    assert [dict(vars(owner)) for owner in owners] != before
    recorder.unwatch()
    assert [dict(vars(owner)) for owner in owners] == before


@pytest.mark.parametrize(
    "wrong",
    [
        lambda model, x, y: model.predict(x[0], verbose=0),
        lambda model, x, y: model(x[0]),
        lambda model, x, y: model.fit(x[0], y, verbose=0),
        lambda model, x, y: model.evaluate(x[0], y, verbose=0),
    ],
)
def test_an_error_is_not_seen_to_come_from_us(recorder, examples, wrong) -> None:
    """Our one frame is marked as hidden, and never the last, which is shown in any case."""
    with pytest.raises(ValueError, match=r"shape|sizes") as caught:
        wrong(new_model(), *examples)
    frames = [part.frame for part in caught.traceback]
    ours = [one for one in frames if str(one.code.path).endswith("recorder/instrumentation.py")]
    assert len(ours) == 1
    assert ours[0].f_locals["__tracebackhide__"]
    assert ours[0] is not frames[-1]


@pytest.mark.slow
class TestNothingChanges:
    """Same seeds, same numbers, bit by bit, with the recorder and without."""

    @staticmethod
    def _arrays(examples, validation):
        return {"x": examples[0], "y": examples[1], "validation_data": validation}

    @staticmethod
    def _stream(examples, validation):
        return {"x": stream(examples), "validation_data": stream(validation, shuffle=False)}

    @staticmethod
    def _prefetched(examples, validation):
        data = tf.data.Dataset.from_tensor_slices(examples).cache().shuffle(500).batch(64).repeat()
        return {"x": data.prefetch(tf.data.AUTOTUNE), "steps_per_epoch": 20}

    @staticmethod
    def _generator(examples, validation):
        return {"x": batches(examples), "steps_per_epoch": 40, "validation_data": validation}

    @staticmethod
    def _split(examples, validation):
        return {"x": examples[0], "y": examples[1], "validation_split": 0.2, "batch_size": 64}

    @pytest.mark.parametrize("given", ["_arrays", "_stream", "_prefetched", "_generator", "_split"])
    @pytest.mark.parametrize("steps", [1, 10])
    def test_training(self, sample, examples, validation, given, steps) -> None:
        seen = []
        for watched in (False, True):
            recorder = Recorder()
            recorder.data = sample
            if watched:
                recorder.watch()
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                try:
                    model = new_model(drop=0.2, steps_per_execution=steps)
                    history = fit(model, **getattr(self, given)(examples, validation), epochs=2)
                finally:
                    recorder.unwatch()
            outputs = model.predict(validation[0], verbose=0)
            record = [str(one.message) for one in warned]
            seen.append((history.history, model.get_weights(), outputs, record))
            assert bool(recorder.recorded()[0].fits) is watched
            assert recorder.recorded()[0].troubles == ()
        (history, weights, outputs, record), (history2, weights2, outputs2, messages2) = seen
        assert history == history2
        assert record == messages2
        for one, other in zip(weights, weights2, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(outputs, outputs2)

    def test_a_generator_is_used_up_no_further(self, recorder, examples) -> None:
        taken = []

        def counting():
            for number, batch in enumerate(batches(examples)):
                taken.append(number)
                yield batch

        source = counting()
        for _ in range(2):
            fit(new_model(), source, steps_per_epoch=5)
        watched = len(taken)
        recorder.unwatch()
        taken.clear()
        source = counting()
        for _ in range(2):
            fit(new_model(), source, steps_per_epoch=5)
        assert watched <= len(taken) + 20
        assert next(source)[0].shape == (50, 28, 28)

    def test_what_keras_refuses_is_still_refused(self, recorder, examples) -> None:
        with pytest.raises(ValueError, match="Unrecognized data type"):
            fit(new_model(), iter([examples]))
        with pytest.raises(TypeError):
            new_model().fit(*examples, nonsense=1)

    def test_a_saved_model_loads_without_a_warning(
        self, recorder, examples, tmp_path, recwarn
    ) -> None:
        model = new_model()
        fit(model, *examples)
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        assert again.compiled
        assert [one for one in recwarn if "compile" in str(one.message)] == []

    def test_nothing_is_printed(self, recorder, examples, validation, capfd, recwarn) -> None:
        capfd.readouterr()
        model = new_model()
        history = fit(model, *examples, validation_data=validation)
        model.predict(examples[0][:1], verbose=0)
        model(examples[0][:1])
        tf.config.list_physical_devices("GPU")
        recorder.record_answer("train", {"model": model, "history": history})
        assert capfd.readouterr() == ("", "")
        assert len(recwarn) == 0

    def test_signatures_and_help_stay(self, recorder) -> None:
        assert "epochs" in inspect.signature(keras.Model.fit).parameters
        assert keras.Model.fit.__name__ == "fit"
        assert tf.config.list_physical_devices.__doc__


def test_steps_per_execution_makes_no_difference_to_the_mean(recorder, sample) -> None:
    for steps in (1, 125):
        fit(new_model(steps_per_execution=steps), sample.train_images, sample.train_labels)
    (one, other), arrays = recorder.recorded()[0].fits, recorder.recorded()[1]
    assert one.snapshots == other.snapshots == (3,)
    assert one.steps == other.steps == 375
    for name, second in zip(one.means, other.means, strict=True):
        np.testing.assert_array_equal(arrays[f"fit-0/{name}"], arrays[f"fit-1/{second}"])


@pytest.mark.parametrize("record", ["first", "last"])
def test_steps_taken_together_are_counted_whichever_of_them_keras_names(record) -> None:
    """Keras 3.10 tells at their end the number of the first, 3.11 that of the last."""
    averager = WeightAverager(lambda: 32, lambda _: None)
    averager.set_model(new_model(steps_per_execution=125))
    averager.set_params({"steps": 282})
    averager.on_epoch_begin(0)
    for first in (0, 125, 250):
        averager.on_train_batch_begin(first)
        averager.on_train_batch_end(first if record == "first" else first + 124)
    averager.on_epoch_end(0)
    assert (averager.steps, averager.snapshots, averager.trouble) == (282, [3], None)


class TestFit:
    """What is recorded of a call of ``fit``."""

    def test_arrays(self, recorder, sample, examples) -> None:
        history = fit(
            new_model(), sample.train_images, sample.train_labels, epochs=2, batch_size=100,
            validation_data=(sample.valid_images, sample.valid_labels),
        )  # fmt: skip
        record, arrays = last_fit(recorder)
        assert recorder.fit_of(history) == record
        assert (record.number, record.model) == (0, 0)
        assert (record.epochs_requested, record.epochs_done, record.batch_size) == (2, 2, 100)
        assert record.steps == 240
        assert (record.interrupted, record.error, record.validation_split) == (False, None, 0.0)
        assert record.history == {name: tuple(values) for name, values in history.history.items()}
        assert (record.training.split, record.training.labels) == ("training", "matching")
        assert record.training.count == 12_000
        assert (record.validation.split, record.validation.count) == ("validation", 2_000)
        assert arrays[record.training.scale] == 1
        assert arrays[record.validation.shift] == pytest.approx(0, abs=1e-6)
        assert "PU" in record.device

    @pytest.mark.parametrize("given", [None, 32])
    def test_batch_size_of_arrays(self, recorder, examples, given) -> None:
        fit(new_model(), *examples, batch_size=given)
        assert last_fit(recorder)[0].batch_size == 32

    @pytest.mark.parametrize("shuffle", [True, False])
    def test_streams(self, recorder, examples, validation, shuffle) -> None:
        scaled = (examples[0] / 255, examples[1])
        data = stream(scaled, batch=64, shuffle=shuffle)
        fit(new_model(), data, epochs=2, validation_data=stream(validation), validation_freq=2)
        record, arrays = last_fit(recorder)
        assert record.batch_size == 64
        assert (record.training.split, record.training.labels) == ("training", "matching")
        assert record.training.count == COUNT
        assert arrays[record.training.scale] == pytest.approx(1 / 255)
        assert (record.validation.split, record.validation.labels) == ("validation", "matching")
        assert record.validation.count == 500

    def test_a_stream_with_labels_of_others(self, recorder, examples) -> None:
        fit(new_model(), stream((examples[0], np.roll(examples[1], 1))))
        assert last_fit(recorder)[0].training.labels == "mismatched"

    def test_generators(self, recorder, examples) -> None:
        fit(new_model(), batches(examples), steps_per_epoch=40, epochs=2)
        record, _ = last_fit(recorder)
        assert (record.batch_size, record.epochs_done, record.steps) == (50, 2, 80)
        assert (record.training.split, record.training.labels) == ("training", "matching")
        assert record.training.count >= COUNT

    def test_swapped_sets(self, recorder, examples, validation) -> None:
        fit(new_model(), *validation, validation_data=examples)
        record, _ = last_fit(recorder)
        assert (record.training.split, record.validation.split) == ("validation", "training")

    def test_split(self, recorder, examples) -> None:
        fit(new_model(), *examples, validation_split=0.1)
        record, _ = last_fit(recorder)
        assert (record.validation_split, record.validation) == (0.1, None)

    def test_keras_own_data_class_is_looked_at(self, recorder, examples) -> None:
        class Data(keras.utils.PyDataset):
            def __len__(self):
                return 4

            def __getitem__(self, index):
                return examples[0][:50], examples[1][:50]

        fit(new_model(), Data())
        record, _ = last_fit(recorder)
        assert (record.training.split, record.epochs_done, record.steps) == ("training", 1, 4)
        assert record.batch_size == 50
        assert record.snapshots == (1,)

    def test_an_error(self, recorder, examples) -> None:
        with pytest.raises(ValueError, match=r"Dimensions|cardinality|shape"):
            fit(new_model(), examples[0], examples[1][:5])
        record, _ = last_fit(recorder)
        assert record.error.startswith("ValueError: ")
        assert (record.epochs_done, record.interrupted, record.snapshots) == (0, False, ())

    def test_early_stopping(self, recorder, examples) -> None:
        stop = keras.callbacks.EarlyStopping(monitor="loss", min_delta=1e9, patience=1)
        fit(new_model(), *examples, epochs=9, callbacks=stop)
        assert last_fit(recorder)[0].epochs_done == 2

    def test_what_stopped_it_is_written_down(self, recorder, examples, validation) -> None:
        stop = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=1, min_delta=1e9, restore_best_weights=True
        )
        fit(new_model(), *examples, epochs=9, validation_data=validation, callbacks=[stop])
        (record,) = last_fit(recorder)[0].callbacks
        assert record.kind == "EarlyStopping"
        assert {name: record.settings[name] for name in ("monitor", "patience", "best_epoch")} == {
            "monitor": "val_loss",
            "patience": 1,
            "best_epoch": 0,
        }
        assert record.settings["restore_best_weights"] is True
        assert record.settings["stopped_epoch"] == 1

    def test_other_callbacks_are_named(self, recorder, examples) -> None:
        class Mine(keras.callbacks.Callback):
            @property
            def patience(self):
                raise RuntimeError("ask me not")

        alike = type("EarlyStopping", (Mine,), {})
        given = [keras.callbacks.TerminateOnNaN(), Mine(), alike()]
        fit(new_model(), *examples, callbacks=given)
        kinds = [one.kind for one in last_fit(recorder)[0].callbacks]
        assert kinds == ["TerminateOnNaN", "Mine (custom)", "EarlyStopping (custom)"]
        assert not recorder.recorded()[0].troubles

    def test_a_list_of_callbacks_that_keras_made(self, recorder, examples) -> None:
        model = new_model()
        made = keras.callbacks.CallbackList([], add_history=True, model=model)
        fit(model, *examples, callbacks=made)
        record, _ = last_fit(recorder)
        assert (record.epochs_done, record.snapshots) == (1, (1,))
        assert not any(isinstance(one, WeightAverager) for one in made.callbacks)

    def test_positional_arguments(self, recorder, examples) -> None:
        new_model().fit(*examples, 50, 1, 0)
        record, _ = last_fit(recorder)
        assert (record.batch_size, record.epochs_done) == (50, 1)

    def test_diverged(self, recorder, examples, recwarn) -> None:
        model = new_model()
        model.optimizer.learning_rate = 1e38
        fit(model, *examples, epochs=2)
        record, _ = last_fit(recorder)
        assert record.epochs_done == 2
        assert len(recwarn) == 0
        assert decode(msgspec.json.encode(recorder.recorded()[0]), Recorded).fits

    def test_a_class_of_ones_own(self, recorder, examples) -> None:
        class Mine(keras.Sequential):
            def fit(self, *args, **kwargs):
                return super().fit(*args, **kwargs)

        model = Mine([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
        model.compile("adam", "mse")
        fit(model, examples[0], np.zeros((COUNT, 10)))
        assert len(recorder.recorded()[0].fits) == 1

    def test_many_epochs_and_large_models(self, recorder, examples, monkeypatch) -> None:
        monkeypatch.setattr(weight_averaging, "MAX_EPOCHS", 5)
        fit(new_model(), examples[0][:32], examples[1][:32], epochs=7)
        record, arrays = last_fit(recorder)
        assert (record.epochs_done, len(record.snapshots)) == (7, 5)
        assert all(len(arrays[f"fit-0/{name}"]) == 5 for name in record.means)
        fit(new_model(hidden=[6000]), examples[0][:32], examples[1][:32])
        record, _ = last_fit(recorder)
        assert (record.means, record.snapshots, record.epochs_done) == ((), (), 1)

    def test_a_model_built_by_its_data(self, recorder, examples) -> None:
        model = keras.Sequential([layers.Flatten(), layers.Dense(10)])
        model.compile("adam", "mse")
        fit(model, examples[0], np.zeros((COUNT, 10)))
        recorder.record_answer("build", {"model": model})
        described = recorder.recorded()[0].answers[0].model
        assert described.input_shape[1:] == (28, 28)
        assert described.trainable_parameters == 7850


class TestModels:
    """Which model is which."""

    def test_a_model_that_was_built_anew_has_a_new_number(self, recorder, examples) -> None:
        for _ in range(3):
            model = new_model()
            fit(model, examples[0][:32], examples[1][:32])
            del model
            keras.backend.clear_session()
            gc.collect()
        recorder.record_answer("train", {"model": new_model()})
        recorded, _ = recorder.recorded()
        assert [one.model for one in recorded.fits] == [0, 1, 2]
        assert recorded.answers[0].model.number == 3
        assert recorder.describe(0)[0].kind == "gone"

    def test_the_same_model_keeps_its_number(self, recorder, examples) -> None:
        model = new_model()
        for _ in range(2):
            model.compile("sgd", "mse")
            fit(model, examples[0][:32], np.zeros((32, 10)))
        assert [one.model for one in recorder.recorded()[0].fits] == [0, 0]

    def test_histories_are_told_apart(self, recorder, examples) -> None:
        model = new_model()
        small = examples[0][:32], examples[1][:32]
        histories = [fit(model, *small) for _ in range(3)]
        assert [recorder.fit_of(one).number for one in histories] == [0, 1, 2]
        assert recorder.fit_of(histories[1].history).number == 1
        # Another object in the same place of memory is not taken for the history.
        for _ in range(5):
            histories = [fit(model, *small)]
            place = id(histories[0])
            histories.clear()
            gc.collect()
            others = [keras.callbacks.History() for _ in range(20)]
            assert all(recorder.fit_of(one) is None for one in others)
            if any(id(one) == place for one in others):
                break
        assert recorder.fit_of({"loss": [1]}) is None
        assert recorder.fit_of(None) is None

    def test_many_fits_leave_evidence_that_can_be_read(
        self, recorder, examples, tmp_path, monkeypatch
    ) -> None:
        monkeypatch.setattr(call_log, "MAX_FITS_WITH_ARRAYS", 2)
        monkeypatch.setattr(call_log, "MAX_FITS", 3)
        recorder._folder = tmp_path
        model = new_model()
        for _ in range(5):
            fit(
                model,
                examples[0][:32],
                examples[1][:32],
                validation_data=(examples[0][:9], examples[1][:9]),
            )
        recorder.record_answer("train", {"model": model})
        recorded, arrays = written(tmp_path)
        assert [fit.number for fit in recorded.fits] == [2, 3, 4]
        assert [len(fit.snapshots) for fit in recorded.fits] == [0, 1, 1]
        started = [name for name in arrays if "/start/" in name]
        assert {name.split("/")[0] for name in started} == {"fit-2"}
        named = {one for fit in recorded.fits for one in (fit.training.scale, fit.validation.shift)}
        assert named - {None} <= set(arrays)
        assert {f"fit-4/{name}" for name in recorded.fits[-1].means} <= set(arrays)


class TestQuestions:
    """When a model was asked for its outputs, and about which images."""

    @pytest.mark.parametrize(
        "ask",
        [
            lambda model, x: model.predict(x, verbose=0),
            lambda model, x: model.predict(x=x, verbose=0),
            lambda model, x: model.predict_on_batch(x),
            lambda model, x: model(x),
            lambda model, x: model(x, training=False),
            lambda model, x: model(inputs=x),
            lambda model, x: model(tf.constant(x)),
            lambda model, x: model.predict(x / 255, verbose=0),
        ],
    )
    def test_every_way_of_asking(self, recorder, sample, ask) -> None:
        ask(new_model(), sample.train_images[99:100])
        (calls,), troubles = recorder.recorded()[0].model_calls, recorder.recorded()[0].troubles
        assert (calls.model, calls.fits, troubles) == (0, 0, ())
        assert (calls.about.split, calls.about.indices) == ("training", (99,))

    def test_batches(self, recorder, sample) -> None:
        model = new_model()
        model.predict(sample.train_images[90:110], verbose=0)
        model.predict(sample.train_images, verbose=0)
        model.predict(sample.valid_images[5:6], verbose=0)
        few, many, other = (one.about for one in recorder.recorded()[0].model_calls)
        assert few.indices == tuple(range(90, 110))
        assert (many.split, many.indices, many.count) == ("training", None, 12_000)
        assert (other.split, other.indices) == ("validation", (5,))

    def test_what_cannot_be_told(self, recorder, sample) -> None:
        model = new_model()
        model.predict(
            tf.data.Dataset.from_tensor_slices(sample.train_images[:4]).batch(1), verbose=0
        )
        model(np.ones((1, 28, 28)))
        tf.function(model)(tf.ones((2, 28, 28)))
        recorded, _ = recorder.recorded()
        assert {one.about.split for one in recorded.model_calls} == {"unknown"}
        assert recorded.troubles == ()

    def test_after_which_training(self, recorder, examples) -> None:
        model, small = new_model(), (examples[0][:32], examples[1][:32])
        model(examples[0][:1])
        fit(model, *small)
        model(examples[0][:1])
        fit(new_model(), *small)
        model(examples[0][:1])
        fit(model, *small)
        model(examples[0][1:2])
        assert [(one.fits, one.about.indices) for one in recorder.recorded()[0].model_calls] == [
            (0, (0,)),
            (1, (0,)),
            (2, (1,)),
        ]

    def test_what_keras_asks_by_itself_is_no_question(self, recorder, examples, validation) -> None:
        model = new_model()
        fit(
            model,
            *examples,
            validation_data=validation,
            callbacks=[keras.callbacks.LambdaCallback()],
        )
        model.evaluate(*validation, verbose=0)
        x = keras.Input((28, 28))
        keras.Model(x, layers.Dense(3)(model(x)))
        model.summary(print_fn=lambda *_, **__: None)
        assert recorder.recorded()[0].model_calls == ()

    def test_a_question_that_fails_is_none(self, recorder) -> None:
        with pytest.raises(ValueError, match="incompatible"):
            new_model()(np.ones((1, 5)))
        assert recorder.recorded()[0].model_calls == ()
        assert not recorder.busy

    def test_very_many_questions(self, recorder, sample, monkeypatch) -> None:
        monkeypatch.setattr(call_log, "MAX_CALLS", 5)
        model = new_model()
        for place in [*range(20), 0, 0]:
            model(sample.train_images[place : place + 1])
        calls = recorder.recorded()[0].model_calls
        assert len(calls) == 6
        assert [one.about.indices for one in calls] == [(1,), (2,), (3,), (4,), None, (0,)]


class TestDevices:
    """Whether TensorFlow was asked which devices there are."""

    def test_a_typed_list_is_no_question(self, recorder, examples) -> None:
        model = new_model()
        fit(model, *examples)
        recorder.record_answer("devices", {"gpus": []})
        recorded, _ = recorder.recorded()
        assert recorded.devices.queried == ()
        assert any("CPU" in name for name in recorded.devices.offered)
        assert recorded.devices.visible == recorded.devices.offered

    @pytest.mark.parametrize(
        "ask",
        [
            lambda: tf.config.list_physical_devices("GPU"),
            lambda: tf.config.list_physical_devices(None),
            lambda: tf.config.list_logical_devices("GPU"),
            lambda: tf.config.get_visible_devices("GPU"),
            lambda: tf.config.experimental.list_physical_devices("GPU"),
            lambda: tf.config.experimental.list_logical_devices("GPU"),
            lambda: tf.config.experimental.get_visible_devices("GPU"),
            lambda: tf.compat.v1.config.list_physical_devices("GPU"),
            lambda: tf.test.gpu_device_name(),  # noqa: PLW0108  looked up when it is called
        ],
    )
    def test_every_way_of_asking(self, recorder, ask) -> None:
        ask()
        recorder.record_answer("devices", {"gpus": []})
        assert len(recorder.recorded()[0].devices.queried) == 1

    def test_imported_names(self, recorder) -> None:
        with imports_undone():
            from tensorflow.config import list_physical_devices  # noqa: PLC0415
            from tensorflow.config.experimental import list_logical_devices  # noqa: PLC0415
            from tensorflow.python.client import device_lib  # noqa: PLC0415

            list_physical_devices("GPU")
            list_logical_devices("GPU")
            device_lib.list_local_devices()
        calls = recorder.recorded()[0].devices.queried
        assert calls == ("list_physical_devices", "list_logical_devices", "list_local_devices")

    def test_asking_without_end(self, recorder) -> None:
        for _ in range(500):
            tf.config.list_physical_devices()
        assert recorder.recorded()[0].devices.queried == ("list_physical_devices",)


class TestHandIns:
    """What is written when a check is called."""

    def test_the_last_one_counts(self, recorder) -> None:
        recorder.record_answer("build", {"model": Blank("model")})
        recorder.record_answer("devices", {"gpus": []})
        first, second = new_model(), new_model()
        recorder.record_answer("build", {"model": first})
        recorder.record_answer("build", {"model": second})
        recorded, arrays = recorder.recorded()
        assert [one.question for one in recorded.answers] == ["devices", "build"]
        assert recorded.answers[1].model.number == 1
        kernel = recorded.answers[1].model.dense[0].weights[0]
        np.testing.assert_array_equal(arrays[kernel.array], second.layers[-1].kernel)

    def test_what_was_trained_before_it_is_known(self, recorder, examples) -> None:
        model = new_model()
        recorder.record_answer("build", {"model": model})
        fit(model, examples[0][:32], examples[1][:32])
        recorder.record_answer("train", {"model": model})
        assert [one.fits for one in recorder.recorded()[0].answers] == [0, 1]

    def test_blanks_and_other_things(self, recorder) -> None:
        recorder.record_answer("predict", {"model": 7, "data_index": Blank("x"), "label": object()})
        (answer,) = recorder.recorded()[0].answers
        assert answer.model is None
        assert answer.claims == {
            "model": Claim(kind="int", value=7),
            "data_index": Claim(kind="Blank", blank=True),
            "label": Claim(kind="object", value="object"),
        }

    def test_arrays_are_known_by_their_images(self, recorder, sample) -> None:
        scaled = sample.train_images / 255.0
        recorder.record_answer(
            "scale", {"images": scaled, "others": np.zeros((3, 4)), "row": scaled[0, 0]}
        )
        recorded, arrays = recorder.recorded()
        claims = recorded.answers[0].claims
        record = claims["images"].numbers
        assert (record.dtype, record.shape, record.low, record.high) == (
            "float64",
            scaled.shape,
            0,
            1,
        )
        assert (record.about.split, record.about.count) == ("training", len(scaled))
        assert arrays[record.about.scale] == pytest.approx(1 / 255)
        assert claims["others"].numbers.about.split == "unknown"
        assert claims["row"].numbers is None

    @pytest.mark.parametrize(
        ("value", "dtype", "high"),
        [
            (np.zeros((0, 28, 28)), "float64", None),
            (np.full((1, 28, 28), np.nan), "float64", None),
            (np.ones((2, 28, 28), bool), "bool", 1.0),
            (tf.ones((2, 28, 28)), "float32", 1.0),
        ],
    )
    def test_odd_arrays(self, recorder, value, dtype, high) -> None:
        recorder.record_answer("scale", {"images": value})
        record = recorder.recorded()[0].answers[0].claims["images"].numbers
        assert (record.dtype, record.high) == (dtype, high)
        assert not recorder.recorded()[0].troubles

    def test_several_models_at_a_time(self, recorder, tmp_path) -> None:
        recorder._folder = tmp_path
        first, second = new_model(), new_model(hidden=[4])
        recorder.record_answer("compare", {"single": first, "model": second, "won": 3})
        recorded, arrays = written(tmp_path)
        (answer,) = recorded.answers
        assert (answer.model.number, answer.others["single"].number) == (1, 0)
        for model, theirs in ((answer.model, second), (answer.others["single"], first)):
            for layer, weights in zip(model.dense, theirs.layers[-len(model.dense) :], strict=True):
                np.testing.assert_array_equal(arrays[layer.weights[0].array], weights.kernel)

    def test_of_a_long_training_the_end_is_written(
        self, recorder, examples, tmp_path, monkeypatch
    ) -> None:
        recorder._folder = tmp_path
        monkeypatch.setattr(call_log, "MAX_WRITTEN", 3 * 7850 * 4)
        model = new_model()
        fit(model, *examples, epochs=5)
        recorder.record_answer("train", {"model": model})
        recorded, arrays = written(tmp_path)
        (record,) = recorded.fits
        here, whole = recorder.recorded()
        assert (record.epochs_done, len(record.snapshots), len(here.fits[0].snapshots)) == (5, 3, 5)
        for name in record.means:
            np.testing.assert_array_equal(arrays[f"fit-0/{name}"], whole[f"fit-0/{name}"][-3:])

    def test_values_that_resist(self, recorder, tmp_path) -> None:
        class Nasty:
            @property
            def name(self):
                raise RuntimeError("no \ud800")

            numpy = name

        recorder._folder = tmp_path
        nasty = type("N" * 999, (Nasty,), {})()
        recorder.record_answer("devices", {"gpus": [nasty], "more": nasty})
        recorded, _ = written(tmp_path)
        assert recorded.answers[0].claims["gpus"] == Claim(kind="list")
        assert len(recorded.troubles) == 2

    def test_it_is_written_each_time_whole(self, recorder, examples, tmp_path) -> None:
        recorder._folder = tmp_path
        recorder.record_answer("devices", {"gpus": []})
        assert len(written(tmp_path)[0].answers) == 1
        model = new_model()
        fit(model, *examples)
        recorder.record_answer("train", {"model": model})
        recorded, arrays = written(tmp_path)
        assert recorded == recorder.recorded()[0]
        for weight in recorded.answers[-1].model.dense[0].weights:
            assert weight.array in arrays
        assert sorted(path.name for path in tmp_path.iterdir()) == ["recorded.json", "recorded.npz"]

    def test_a_folder_that_is_gone(self, recorder, tmp_path) -> None:
        recorder._folder = tmp_path / "gone"
        recorder.record_answer("devices", {"gpus": []})
        (trouble,) = recorder.recorded()[0].troubles
        assert trouble.startswith("what was recorded could not be written: FileNotFoundError")


class TestTroubles:
    """Whatever goes wrong in the recorder, the student's cell works as without it."""

    @staticmethod
    def fails(*_, **__):
        raise RuntimeError("ours")

    @pytest.fixture(scope="class")
    def undisturbed(self, sample) -> dict[str, list[float]]:
        """What a training gives where nothing goes wrong."""
        with recording(sample):
            return fit(new_model(), *examples_of(sample)).history

    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (WeightAverager, "_take_snapshot"),
            (WeightAverager, "_store_mean"),
            (DatasetIndex, "identify"),
            (DataProbe, "identify"),
            (DataProbe, "__init__"),
            (model_description, "device_here"),
            (model_description, "device_of"),
            (Recorder, "number"),
            (call_log.FitLog, "add"),
        ],
    )
    def test_fit_goes_on(self, recorder, examples, monkeypatch, undisturbed, owner, name) -> None:
        monkeypatch.setattr(owner, name, self.fails)
        assert fit(new_model(), *examples).history == undisturbed
        monkeypatch.undo()
        assert "RuntimeError: ours" in recorder.recorded()[0].troubles[0]
        assert not recorder.busy

    def test_a_fit_is_recorded_although_its_images_are_not(
        self, recorder, examples, monkeypatch
    ) -> None:
        monkeypatch.setattr(DatasetIndex, "identify", self.fails)
        fit(new_model(), *examples)
        (record,) = recorder.recorded()[0].fits
        assert (record.epochs_done, record.training.split) == (1, "unknown")

    def test_a_stream_flows_on(self, recorder, examples, monkeypatch) -> None:
        monkeypatch.setattr(np, "copy", self.fails)
        expected = fit(new_model(), stream(examples)).history
        monkeypatch.setattr(tf, "numpy_function", self.fails)
        assert fit(new_model(), stream(examples)).history == expected
        assert recorder.recorded()[0].fits[-1].training.split == "unknown"

    def test_streams_of_other_things(self, recorder, examples) -> None:
        rows = tf.data.Dataset.from_tensor_slices({"a": np.ones((64, 4)), "b": np.ones((64, 4))})
        data = tf.data.Dataset.zip((rows, tf.data.Dataset.from_tensor_slices(np.zeros(64))))
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        model = keras.Model({"a": a, "b": b}, layers.Dense(1)(layers.Add()([a, b])))
        model.compile("adam", "mse")
        fit(model, data.batch(8))
        record, _ = last_fit(recorder)
        assert (record.epochs_done, record.training.split) == (1, "unknown")

    def test_questions_are_answered(self, recorder, examples, monkeypatch) -> None:
        monkeypatch.setattr(DatasetIndex, "identify", self.fails)
        assert new_model().predict(examples[0][:2], verbose=0).shape == (2, 10)
        monkeypatch.setattr(Recorder, "record_device_query", self.fails)
        assert tf.config.list_physical_devices("CPU")
        recorded, _ = recorder.recorded()
        assert len(recorded.troubles) == 2

    def test_a_model_that_cannot_be_described(self, recorder, monkeypatch) -> None:
        monkeypatch.setattr(model_description, "model", self.fails)
        recorder.record_answer("build", {"model": new_model()})
        (answer,) = recorder.recorded()[0].answers
        assert (answer.model, answer.claims["model"].kind) == (None, "Sequential")

    def test_there_are_never_too_many(self, recorder, tmp_path) -> None:
        recorder._folder = tmp_path
        for _ in range(200):
            with recorder.quietly("x" * 9999):
                raise ValueError
        recorder.record_answer("devices", {})
        assert len(written(tmp_path)[0].troubles) == 50


def moved_about(images):
    return np.roll(np.where(images > 50, images, 0), 3, axis=2) ** 0.5


def test_validation_images_that_no_map_describes_come_along(recorder, sample, examples) -> None:
    images, labels = examples
    whole = (moved_about(sample.valid_images), sample.valid_labels)
    fit(new_model(), moved_about(images), labels, validation_data=whole)
    found, arrays = last_fit(recorder)
    assert (found.training.split, found.validation.split) == ("unknown", "unknown")
    given = whole[0].reshape(2_000, 784).astype(np.float32)
    np.testing.assert_array_equal(arrays[found.validation.rows], given)
    # Where a map says how they were made they stay behind.
    fit(new_model(), images, labels, validation_data=(sample.valid_images, sample.valid_labels))
    assert last_fit(recorder)[0].validation.rows is None


def test_an_average_of_trained_weights_is_told_from_others(recorder, examples) -> None:
    model, kept = new_model(), []
    for _ in range(3):
        fit(model, *examples)
        kept.append(model.get_weights())
    assert recorder.average(model) is None
    for other in (model, new_model(seed=1)):
        other.set_weights([np.mean(one, axis=0) for one in zip(*kept, strict=True)])
        assert recorder.average(other).off < 0.01
        assert recorder.average(other).fit == 2
    model.set_weights([0 * one for one in kept[-1]])
    assert recorder.average(model).off > 0.25


def test_weights_at_the_start_come_along_where_no_training_left_them(recorder, examples) -> None:
    """Others are known already, and take no room: of the same model, or set in another one."""
    model, kept = new_model(), []
    first = model.get_weights()
    for _ in range(2):
        fit(model, *examples)
        kept.append(model.get_weights())
    other = new_model(seed=1)
    other.set_weights([np.mean(one, axis=0) for one in zip(*kept, strict=True)])
    fit(other, *examples)
    other.set_weights(kept[0])
    fit(other, *examples)
    other.set_weights([np.ones_like(one) for one in first])
    fit(other, *examples)
    started = starts(recorder)
    assert set(started) == {"fit-0", "fit-4"}
    for found, expected in zip(started["fit-0"], first, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert all((one == 1).all() for one in started["fit-4"])
    # What is near to an average of a training goes on with it.
    fits = recorder.recorded()[0].fits
    assert [one.number for one in origins(fits[2:3], fits)] == [0]


@pytest.mark.parametrize(
    "given", [lambda x: x, lambda x: [x], lambda x: {"images": x}, tf.constant]
)
def test_the_batch_size_of_keras_is_known_however_an_array_is_given(
    recorder, examples, given
) -> None:
    inputs = keras.Input((28, 28), name="images")
    model = keras.Model({"images": inputs}, layers.Dense(10)(layers.Flatten()(inputs)))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit(model, given(examples[0]), examples[1], steps_per_epoch=1)
    assert last_fit(recorder)[0].batch_size == 32


@pytest.mark.parametrize("as_stream", [False, True])
def test_validation_images_with_noise_are_seen_where_they_are_trained_on(
    recorder, sample, as_stream
) -> None:
    noise = np.random.default_rng(3).normal(scale=2, size=sample.valid_images.shape)
    given = sample.valid_images + noise, sample.valid_labels
    fit(new_model(), *((stream(given),) if as_stream else given))
    record, _ = last_fit(recorder)
    assert (record.training.split, record.training.labels) == ("validation", "unknown")


@pytest.mark.parametrize("limit", ["MAX_FITS_WITH_ARRAYS", "MAX_FITS"])
def test_trainings_of_other_models_drop_no_weights_at_the_start(
    recorder, examples, monkeypatch, limit
) -> None:
    monkeypatch.setattr(call_log, limit, 3)
    model, other = new_model(), new_model(seed=1)
    model.set_weights(ones(model))
    fit(model, *examples)
    for _ in range(2):
        fit(other, examples[0][:9], examples[1][:9])
    fit(model, *examples)
    for _ in range(2):
        fit(other, examples[0][:9], examples[1][:9])
    number = 0 if limit == "MAX_FITS_WITH_ARRAYS" else 3
    assert (starts(recorder)[f"fit-{number}"][0] == 1).all()


def test_nor_do_they_make_forget_what_a_model_was_trained_on(
    recorder, sample, examples, monkeypatch
) -> None:
    monkeypatch.setattr(call_log, "MAX_FITS", 3)
    model = new_model()
    fit(model, sample.valid_images, sample.valid_labels)
    for _ in range(2):
        fit(model, *examples)
    for _ in range(2):
        fit(model, *examples, epochs=0)
    assert [one.training.split for one in recorder.recorded()[0].fits] == [
        *("mixed", "training", "training")
    ]


def test_an_archive_has_room_for_the_oldest_and_smallest_weights_at_the_start(
    recorder, examples
) -> None:
    """What comes first is left out where there is too much."""
    for hidden in ([20], [], [30], []):
        fit(new_model(hidden=hidden), examples[0][:32], examples[1][:32])
    every = [*recorder.recorded()[1]]
    found = list(dict.fromkeys(name.split("/")[0] for name in every if "/start/" in name))
    assert found == ["fit-2", "fit-0", "fit-3", "fit-1"]
    assert all("/start/" in name for name in every[-12:])


def test_only_weights_that_are_learned_are_stored_of_the_start(recorder, examples) -> None:
    """So those of another model, with layers that learn nothing, are in the same places."""
    inputs = keras.Input((28, 28))
    flat = layers.BatchNormalization(center=False, scale=False)(layers.Flatten()(inputs))
    model = keras.Model(inputs, layers.Dense(10)(flat))
    model.compile("adam", "sparse_categorical_crossentropy")
    fit(model, *examples)
    assert [one.shape for one in starts(recorder)["fit-0"]] == [(784, 10), (10,)]


def starts(recorder):
    found = {}
    for name, one in recorder.recorded()[1].items():
        if "/start/" in name:
            found.setdefault(name.split("/")[0], []).append(one)
    return found


def ones(model):
    return [np.ones_like(one) for one in model.get_weights()]


def set_by_a_callback(model, examples):
    begin = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: model.set_weights(ones(model))
    )
    fit(model, *examples, callbacks=[begin])


def set_beside_a_bias_that_was_trained_alone(model, examples):
    """Where a training of the bias alone left one part of the weights."""
    kernel = model.layers[-1].kernel
    kernel.trainable = False
    model.compile("adam", model.loss)
    fit(model, *examples)
    kernel.trainable = True
    model.compile("adam", model.loss)
    model.set_weights([ones(model)[0], model.get_weights()[1]])
    fit(model, *examples)


def still(model, examples, *weights):
    """A training that changes nothing, which leaves what was set."""
    model.set_weights(weights)
    model.optimizer.learning_rate = 0.0
    fit(model, *examples)
    model.optimizer.learning_rate = 0.001


def set_one_by_one(model, examples):
    """Each beside another that is worth nothing."""
    kernel, bias = ones(model)
    still(model, examples, 0 * kernel, bias)
    still(model, examples, kernel, -9 * bias)
    model.set_weights([kernel, bias])
    fit(model, *examples)


def set_between_two_that_were_set(model, examples):
    kernel, bias = ones(model)
    still(model, examples, 4 * kernel, bias)
    still(model, examples, -2 * kernel, bias)
    model.set_weights([kernel, bias])
    fit(model, *examples)


def rounded_from_another_object(model, examples):
    other = new_model(seed=1)
    other.set_weights(ones(other))
    fit(other, *examples)
    model.set_weights([one.astype("float16") for one in other.get_weights()])
    fit(model, *examples)


@pytest.mark.parametrize(
    "begin",
    [
        *(set_by_a_callback, set_beside_a_bias_that_was_trained_alone, set_one_by_one),
        *(set_between_two_that_were_set, rounded_from_another_object),
    ],
)
def test_weights_that_were_set_are_those_of_the_start_however_training_is_begun(
    recorder, examples, begin
) -> None:
    begin(new_model(), examples)
    fits = recorder.recorded()[0].fits
    (origin,) = origins(fits[-1:], fits)
    assert (starts(recorder)[f"fit-{origin.number}"][0] == 1).all()


@pytest.mark.slow
def test_devices_are_told_apart(tmp_path) -> None:
    """With two logical CPUs: where the weights lie, and where training was asked to happen."""
    script = """
        import json, sys
        import numpy as np, keras, tensorflow as tf
        cpu = tf.config.list_physical_devices("CPU")[0]
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, two)
        from autograder.kernel.recorder import Recorder, model_description
        recorder = Recorder()
        recorder.watch()
        def train(where, fit_where=None):
            with tf.device(where):
                model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
                model.compile("adam", "mse")
            with tf.device(fit_where):
                model.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0)
            return model_description.device_of(model.trainable_variables[0])
        print(json.dumps([
            train("/CPU:0"), train("/CPU:1"), train("/CPU:0", "/CPU:1"),
            [fit.device for fit in recorder.recorded()[0].fits],
            recorder.recorded()[0].devices.visible,
        ]))
    """
    done = processes.python("-c", textwrap.dedent(script), check=True, cwd=tmp_path)
    *variables, fits, visible = json.loads(done.stdout.splitlines()[-1])
    assert [one[-5:] for one in variables] == ["CPU:0", "CPU:1", "CPU:0"]
    assert fits[2].endswith("CPU:1")
    assert visible == ["/physical_device:CPU:0"]
