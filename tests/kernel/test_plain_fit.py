"""A training that is replayed is the kernel's own, to the last bit, and so is all that follows."""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import io
import random
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute
from support.recording import imports_undone, recording

from autograder.core.training import Trained, Training, encoded, end_state
from autograder.datasets import Images
from autograder.kernel import recorder as recorders
from autograder.kernel.recorder import generator_states, lesson_arrays, plain_fit, training_replay
from autograder.kernel.recorder.keras_objects import NotPlainError
from autograder.kernel.recorder.model_description import state_of
from autograder.kernel.recorder.originals import keras_as_loaded
from autograder.kernel.recorder.recorder import Recorder
from autograder.kernel.recorder.step_batching import batched_steps, steps_at_a_time
from autograder.kernel.recorder.trainer_client import TrainerClient

LAYERS = keras.layers
TIMES = re.compile(r"\d+m?u?s(/step)?")


def sequential(*middle: Any, **last: Any) -> keras.Model:
    """A network of the lesson with some layers more."""
    return keras.Sequential(
        [keras.Input((28, 28)), LAYERS.Flatten(), *middle, LAYERS.Dense(10, **last)]
    )


def functional() -> keras.Model:
    """The same network by the functional interface."""
    pixels = keras.Input((28, 28))
    scaled = LAYERS.Rescaling(1 / 255)(pixels)
    row = LAYERS.Reshape((784,))(scaled)
    return keras.Model(pixels, LAYERS.Dense(10, activation="softmax")(row))


LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(model: keras.Model, optimizer: Any = "adam", loss: Any = None) -> keras.Model:
    """A model as the lesson compiles it."""
    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


Make = Callable[[], keras.Model]
Arguments = dict[str, Any]
MODELS: dict[str, Make] = {
    "lesson": lambda: compiled(sequential()),
    "functional": lambda: compiled(functional(), loss="sparse_categorical_crossentropy"),
    "hidden": lambda: compiled(sequential(LAYERS.Dense(32, activation="relu")), "sgd"),
    "dropout": lambda: compiled(
        sequential(LAYERS.Dense(16), LAYERS.ReLU(), LAYERS.Dropout(0.3)),
        keras.optimizers.RMSprop(learning_rate=0.002),
    ),
}


def calls(images: Images) -> dict[str, Arguments]:
    """Ways to call ``fit``."""
    x, y = np.array(images.train_images), np.array(images.train_labels)
    valid = np.array(images.valid_images), np.array(images.valid_labels)
    return {
        "lesson": {"x": x, "y": y, "epochs": 2, "validation_data": valid},
        "functional": {"x": x, "y": y, "batch_size": 100, "validation_split": 0.1},
        "hidden": {
            "x": x[:4_000] / 255,
            "y": y[:4_000].astype("int64"),
            "epochs": 2,
            "shuffle": False,
        },
        "dropout": {"x": x.astype("float32") / 255, "y": y, "validation_data": valid, "verbose": 0},
    }


@pytest.fixture(autouse=True)
def _states() -> Iterator[None]:
    # As in grading before the first cell.
    keras_as_loaded()
    keras.utils.set_random_seed(20)
    before = tf.config.threading.get_intra_op_parallelism_threads()
    yield
    assert tf.config.threading.get_intra_op_parallelism_threads() == before


def everything(make: Make, given: Arguments, images: Images, replay: bool) -> dict[str, Any]:
    """All that can be seen of a training and of what comes after it."""
    keras.utils.set_random_seed(20)
    set_global_attribute("object_name_uids", None)
    model = make()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        history = fitted(model, {"verbose": 2, **given}, images if replay else None)
    seen = {
        "warnings": [str(one.message) for one in warned],
        "printed": TIMES.sub("", printed.getvalue()),
        "history": history.history,
        "params": history.params,
        "epoch": history.epoch,
        "model": history.model is model,
        "weights": model.get_weights(),
        "variables": [one.numpy() for one in model.variables],
        "optimizer": [one.numpy() for one in model.optimizer.variables],
        "metrics": [one.numpy() for one in model.metrics_variables],
        "steps": model.steps_per_execution,
        "Python": random.random(),  # noqa: S311
        "NumPy": np.random.normal(),  # noqa: NPY002
        "TensorFlow": tf.random.normal((3,)).numpy(),
        "of Keras": keras.random.normal((3,)).numpy(),
        "a name": LAYERS.Dense(1).name,
    }
    seen["evaluated"] = model.evaluate(images.valid_images, images.valid_labels, verbose=0)
    seen["predicted"] = model.predict(images.valid_images[:50], verbose=0)
    again = fitted(model, {**given, "verbose": 0, "epochs": 1}, None)
    seen["second"] = (again.history, model.get_weights())
    return seen


def fitted(model: keras.Model, given: Arguments, replay: Images | None) -> Any:
    """Call ``fit`` as the recorder lets it be called, its steps perhaps from another training."""
    bound = inspect.signature(keras.Model.fit).bind(model, **given).arguments
    steps = steps_at_a_time(bound)
    with contextlib.ExitStack() as stack:
        stack.enter_context(batched_steps(model, steps))
        if replay:
            training = plain_fit.describe(bound, steps, "fashion-mnist", replay, {})
            # Elsewhere, in truth: what is made there takes no names here.
            names = copy.deepcopy(get_global_attribute("object_name_uids"))
            trained = decoded(training_replay.train(decoded(training, Training), replay), Trained)
            set_global_attribute("object_name_uids", names)
            generator_states.restore(training.generators)
            training_replay.require_fitting(trained, training, bound)
            stack.enter_context(training_replay.replayed(bound, training, trained))
        history = keras.Model.fit(**bound)
    assert not replay or end_state(trained) == state_of(model)
    return history


def decoded(part: Any, kind: Any) -> Any:
    """The same, once it was bytes."""
    return msgspec.msgpack.decode(encoded(part), type=kind)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to the last bit."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and same(list(one.values()), list(other.values()))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    return bool(one == other)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [name if name == "lesson" else pytest.param(name, marks=pytest.mark.weekly) for name in MODELS],
)
def test_a_replay_is_the_training_itself(sample: Images, name: str) -> None:
    """Weights, optimizer, history, what is printed, random numbers, and a second training."""
    given = calls(sample)[name]
    own = everything(MODELS[name], given, sample, replay=False)
    replayed = everything(MODELS[name], given, sample, replay=True)
    differing = [part for part in own if not same(own[part], replayed[part])]
    assert not differing, [(part, own[part], replayed[part]) for part in differing]


class Mine(keras.optimizers.Adam):
    """A student's own optimizer."""


def patched() -> keras.Model:
    """A model with a training step of its own."""
    model = MODELS["lesson"]()
    model.train_step = lambda data: {"loss": 0.0}
    return model


def frozen() -> keras.Model:
    """A model of which a part is not trained."""
    model = sequential(LAYERS.Dense(4))
    model.layers[1].trainable = False
    return compiled(model)


def excluding() -> keras.Model:
    """Weight decay leaves the weights alone."""
    optimizer = keras.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["kernel"])
    return compiled(sequential(), optimizer)


def afterwards(change: Callable[[keras.Model], object]) -> Make:
    """A network of which something is set when it is there already."""

    def make() -> keras.Model:
        model = compiled(sequential())
        change(model)
        return model

    return make


def set_parameter(model: keras.Model, name: str) -> None:
    """Hold the weights by what Keras offers for a layer."""
    held = {"constraint": keras.constraints.NonNeg(), "regularizer": keras.regularizers.L2(1.0)}
    setattr(model.layers[-1].kernel, name, held[name])


NOT_PLAIN: dict[str, Make] = {
    "no decay": excluding,
    "constraint set later": afterwards(functools.partial(set_parameter, name="constraint")),
    "regularizer set later": afterwards(functools.partial(set_parameter, name="regularizer")),
    "loss changed later": afterwards(lambda model: setattr(model.loss, "from_logits", False)),
    "loss given another": afterwards(lambda model: model.loss._fn_kwargs.update(axis=0)),
    "optimizer": lambda: compiled(sequential(), Mine()),
    "schedule": lambda: compiled(
        sequential(), keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 100))
    ),
    "train step": patched,
    "frozen": frozen,
    "lambda": lambda: compiled(sequential(LAYERS.Lambda(lambda x: x / 255))),
    "activation": lambda: compiled(sequential(activation=lambda x: x)),
    "regularizer": lambda: compiled(sequential(kernel_regularizer="l2")),
    "precision": lambda: compiled(sequential(dtype="float64")),
    "unbuilt": lambda: compiled(keras.Sequential([LAYERS.Flatten(), LAYERS.Dense(10)])),
    "loss": lambda: compiled(sequential(), loss=lambda y, outputs: outputs),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_on_the_lists_is_trained_by_its_kernel(sample: Images, name: str) -> None:
    """Whatever has, or may have, code of the student's in it."""
    given = calls(sample)["lesson"]
    bound = inspect.signature(keras.Model.fit).bind(NOT_PLAIN[name](), **given).arguments
    with pytest.raises((NotPlainError, AttributeError)):
        plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


def nothing(*_: object, **__: object) -> Any:
    """What a cell puts in the place of a function of Keras'."""
    return tf.zeros(())


def executed() -> Any:
    """The same, from no file."""
    names: dict[str, Any] = {}
    exec("def nothing(*args, **kwargs): pass", names)  # noqa: S102
    return names["nothing"]


PARTIAL = functools.partial(nothing)
METHOD = functools.partialmethod(nothing)
LOSS = keras.losses.SparseCategoricalCrossentropy
# One way or another to let Keras do something else: whose, under which name, and what.
EXCHANGED: dict[str, tuple[Any, str, Any]] = {
    "exec": (keras.optimizers.Adam, "update_step", executed()),
    "partial method": (keras.optimizers.Adam, "update_step", METHOD),
    "hides what is inherited": (LOSS, "call", METHOD),
    "of the model": (keras.Model, "train_step", METHOD),
    "code": (keras.src.backend.nn.softmax, "__code__", (lambda x, axis: x).__code__),
    "defaults": (keras.losses.sparse_categorical_crossentropy, "__defaults__", (True, None, -1)),
    "property": (keras.optimizers.Optimizer, "learning_rate", property(PARTIAL)),
    "class method": (keras.Sequential, "from_config", classmethod(PARTIAL)),
    "static method": (LAYERS.Dense, "__new__", staticmethod(PARTIAL)),
    "class": (LAYERS, "Flatten", type("Flatten", (LAYERS.Flatten,), {"call": METHOD})),
    "function": (keras.src.losses.losses.ops, "sparse_categorical_crossentropy", nothing),
    "of the backend": (keras.src.backend.nn, "sparse_categorical_crossentropy", nothing),
    "hides Python's": (keras.src.losses.losses, "len", nothing),
    "module": (keras.src.backend, "nn", type(keras)("nn")),
    "of TensorFlow": (tf.nn, "sparse_softmax_cross_entropy_with_logits", nothing),
    "of the gradients": (tf.GradientTape, "gradient", METHOD),
}


@pytest.mark.parametrize("name", EXCHANGED)
def test_where_keras_was_changed_the_kernel_trains_by_itself(
    sample: Images, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Elsewhere it would be Keras' own training, and nobody would see what was exchanged."""
    given = calls(sample)["lesson"]
    make = MODELS["lesson"]
    bound = inspect.signature(keras.Model.fit).bind(make(), **given).arguments
    with monkeypatch.context() as patch:
        patch.setattr(*EXCHANGED[name], raising=False)
        if name == "class":
            bound["self"] = make()
        with pytest.raises(NotPlainError):
            plain_fit.describe(bound, 125, "fashion-mnist", sample, {})
    bound["self"] = make()
    assert plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


def test_a_loss_exchanged_in_the_table_of_names(
    sample: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name Keras takes the loss from there."""
    monkeypatch.setitem(
        keras.src.losses.ALL_OBJECTS_DICT, "sparse_categorical_crossentropy", nothing
    )
    model = MODELS["functional"]()
    bound = inspect.signature(keras.Model.fit).bind(model, **calls(sample)["lesson"]).arguments
    with pytest.raises(NotPlainError):
        plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


@pytest.mark.parametrize("owner", ["model", "optimizer", "layer", "loss", "variable"])
@pytest.mark.parametrize("value", [PARTIAL, executed()], ids=["partial", "exec"])
def test_an_object_with_a_method_of_its_own(sample: Images, owner: str, value: Any) -> None:
    """Its class is Keras' own, and so is all of Keras."""
    loss = LOSS(from_logits=True)
    model = compiled(sequential(), loss=loss)
    subject, name = {
        "model": (model, "train_step"),
        "optimizer": (model.optimizer, "update_step"),
        "layer": (model.layers[0], "call"),
        "loss": (loss, "fn"),
        "variable": (model.variables[0], "assign"),
    }[owner]
    object.__setattr__(subject, name, value)
    bound = inspect.signature(keras.Model.fit).bind(model, **calls(sample)["lesson"]).arguments
    with pytest.raises(NotPlainError):
        plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


class Registered(LAYERS.Layer):
    """A student's own layer, of which Keras knows."""


def with_a_callback() -> None:
    """An earlier training, which was not plain."""
    stop = keras.callbacks.LambdaCallback(on_epoch_end=nothing)
    MODELS["lesson"]().fit(np.zeros((32, 28, 28)), np.zeros(32), verbose=0, callbacks=[stop])


def in_doubles() -> None:
    """Keras' precision, there and back."""
    keras.config.set_floatx("float64")
    keras.config.set_floatx("float32")


def imported() -> None:
    """Names of TensorFlow's, in ways that put new modules in the place of others."""
    exec("import tensorflow.nn, tensorflow.keras, tensorflow.math as tm")  # noqa: S102
    exec("from tensorflow.keras.layers import Dense\nfrom keras import layers")  # noqa: S102


HONEST: dict[str, Callable[[], object]] = {
    "imports": imported,
    "precision": in_doubles,
    "callback": with_a_callback,
    "session": keras.backend.clear_session,
    "registered": lambda: keras.saving.register_keras_serializable("mine")(Registered),
    "custom objects": lambda: keras.saving.get_custom_objects().update(Registered=Registered),
    "other models": lambda: [make() for make in (*MODELS.values(), *NOT_PLAIN.values())],
    "other layers": lambda: LAYERS.MultiHeadAttention(2, 2)(
        np.zeros((1, 3, 4)), np.zeros((1, 3, 4))
    ),
    "by tf.keras": lambda: tf.keras.Sequential([tf.keras.layers.Dense(1)])(np.zeros((1, 1))),
    "names of one's own": lambda: type("Adam", (keras.optimizers.SGD,), {"call": nothing})(0.1),
    "eagerly": lambda: [tf.config.run_functions_eagerly(one) for one in (True, False)],
}


@pytest.mark.parametrize("name", HONEST)
def test_what_students_do_leaves_keras_as_it_is(sample: Images, name: str) -> None:
    """Keras itself changes only its data, and loads what it needs."""
    HONEST[name]()
    for make in MODELS.values():
        given = calls(sample)["lesson"]
        bound = inspect.signature(keras.Model.fit).bind(make(), **given).arguments
        assert plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


def test_what_the_recorder_watches_is_no_change(
    sample: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own functions are known, and no others in their place."""
    with imports_undone(), recording(sample) as recorder:
        exec("from tensorflow.config import list_physical_devices")  # noqa: S102
        watched = recorder._watching.functions
        model = MODELS["lesson"]()
        model.fit(sample.train_images[:64], sample.train_labels[:64], verbose=0)
        model.predict(sample.train_images[:64], verbose=0)
        bound = inspect.signature(keras.Model.fit).bind(model, **calls(sample)["lesson"]).arguments
        assert plain_fit.describe(bound, 125, "fashion-mnist", sample, watched)
        for given in ({}, dict.fromkeys(watched, nothing)):
            with pytest.raises(NotPlainError):
                plain_fit.describe(bound, 125, "fashion-mnist", sample, given)
        # Undone before the recorder puts back what was there before itself.
        with monkeypatch.context() as patch:
            patch.setattr(keras.Model, "__call__", METHOD)
            with pytest.raises(NotPlainError):
                plain_fit.describe(bound, 125, "fashion-mnist", sample, watched)


def test_what_a_cell_put_there_before_the_recorder_is_not_the_recorders(
    sample: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be wrapped, and seem to be watched."""
    monkeypatch.setattr(keras.Model, "evaluate", nothing)
    with recording(sample) as recorder:
        assert not recorder._watching.functions


def with_parts(
    loss: str | None = None, optimizer: str | None = None, metric: str | None = None
) -> keras.Model:
    """The lesson's network, compiled with parts of these names."""
    model = sequential()
    model.compile(
        optimizer=keras.optimizers.Adam(**({"name": optimizer} if optimizer else {})),
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, **({"name": loss} if loss else {})
        ),
        metrics=[keras.metrics.SparseCategoricalAccuracy(**({"name": metric} if metric else {}))],
    )
    return model


def functional_named(name: str) -> keras.Model:
    """The lesson's network by the functional interface, under a name."""
    pixels = keras.Input((28, 28), name="card")
    return compiled(keras.Model(pixels, LAYERS.Dense(10)(LAYERS.Flatten()(pixels)), name=name))


def within(scope: str) -> keras.Model:
    """The lesson's network, made in a scope."""
    with keras.name_scope(scope):
        return compiled(sequential())


def after_another() -> keras.Model:
    """The lesson's network, after one could not be trained whose name no scope may have."""
    refused = functional_named("my brain")
    with pytest.raises(ValueError, match="scope name"):
        refused.fit(np.zeros((32, 28, 28)), np.zeros(32), verbose=0)
    return compiled(sequential())


REFUSED: dict[str, Make] = {
    "layer": lambda: compiled(sequential(name="Größe")),
    "layer with a space": lambda: compiled(sequential(name="ten neurons")),
    "layer with a colon": lambda: compiled(sequential(LAYERS.ReLU(name="a:b"))),
    "layer with a backslash": lambda: compiled(sequential(LAYERS.ReLU(name="a\\b"))),
    "layer with a line break": lambda: compiled(sequential(name="neurons\n")),
    "model": lambda: functional_named("my brain"),
    "model with _ in front": lambda: functional_named("_brain"),
    "optimizer": lambda: with_parts(optimizer="my Adam"),
    "optimizer with - in front": lambda: with_parts(optimizer="-adam"),
    "loss": lambda: with_parts(loss="Verlust (klein)"),
    "loss with a slash": lambda: with_parts(loss="a/b"),
    "scope": lambda: within("my brain"),
    "scope that stayed open": after_another,
}
ALLOWED: dict[str, Make] = {
    "layer": lambda: compiled(sequential(LAYERS.ReLU(name="-1"), name="_x>y.-z")),
    "model": lambda: functional_named(".net-1_2>3"),
    "parts": lambda: with_parts(optimizer="9th-Adam_", loss="_loss", metric="wie oft / Größe?"),
    "input": lambda: compiled(
        keras.Sequential(
            [keras.Input((28, 28), name="Größe (1)"), LAYERS.Flatten(), LAYERS.Dense(10)]
        )
    ),
    "scope": lambda: within("mine"),
}


@pytest.fixture
def _no_open_scope() -> Iterator[None]:
    """What Keras leaves open where it cannot open a scope would be met by other tests."""
    keras.utils.set_random_seed(20)
    yield
    set_global_attribute("name_scope_stack", None)


@pytest.mark.usefixtures("_no_open_scope")
@pytest.mark.parametrize("name", REFUSED)
def test_names_that_tensorflow_refuses_are_met_by_the_kernel_itself(
    sample: Images, name: str
) -> None:
    """A description has no names in it: somebody else could train what the student cannot."""
    given = calls(sample)["lesson"]
    bound = inspect.signature(keras.Model.fit).bind(REFUSED[name](), **given).arguments
    with pytest.raises(NotPlainError, match=r"name that TensorFlow refuses|scope that is open"):
        plain_fit.describe(bound, 125, "fashion-mnist", sample, {})
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        bound["self"].fit(given["x"][:32], given["y"][:32], verbose=0)


def test_what_was_built_under_a_strategy_is_trained_by_the_kernel_itself(sample: Images) -> None:
    """Outside of its scope nobody sees it, and what it needs cannot be built."""
    given = calls(sample)["lesson"]
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        model = keras.Sequential(
            [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
        )
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    bound = inspect.signature(keras.Model.fit).bind(model, **given).arguments
    with pytest.raises(NotPlainError, match="a strategy"):
        plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


@pytest.mark.usefixtures("_no_open_scope")
@pytest.mark.parametrize("name", ALLOWED)
def test_unusual_names_do_not_hinder_a_replay(sample: Images, name: str) -> None:
    """Those that Keras can train under."""
    given = calls(sample)["lesson"]
    bound = inspect.signature(keras.Model.fit).bind(ALLOWED[name](), **given).arguments
    assert plain_fit.describe(bound, 125, "fashion-mnist", sample, {}).sequential is (
        name != "model"
    )
    bound["self"].fit(given["x"][:32], given["y"][:32], verbose=0)


@pytest.mark.parametrize(
    "change",
    [
        {"callbacks": [keras.callbacks.EarlyStopping()]},
        {"class_weight": {0: 2.0}},
        {"x": np.zeros((12_000, 28, 28), np.uint8)},
        {"validation_data": tf.data.Dataset.range(3)},
        {"steps_per_epoch": 3},
        {"epochs": 10**9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_arguments_are_trained_by_the_kernel(sample: Images, change: Arguments) -> None:
    """Callbacks, data of its own, a training that is too long to be sent about."""
    given = {**calls(sample)["lesson"], **change}
    bound = inspect.signature(keras.Model.fit).bind(MODELS["lesson"](), **given).arguments
    with pytest.raises(NotPlainError):
        plain_fit.describe(bound, 125, "fashion-mnist", sample, {})


@pytest.mark.parametrize(
    ("scaled", "operation"),
    [
        (lambda x: x, "none"),
        (lambda x: x / 255.0, "/ 255"),
        (lambda x: x.astype("float32") / 255, "float32, / 255"),
        (lambda x: (x / 255).astype("float32"), "float32, / 255"),
        (lambda x: x.reshape(-1, 784)[2_000:], "none"),
        (lambda x: x * (1 / 255), None),
        (lambda x: x[::-1], None),
    ],
)
def test_arrays_are_recognised_to_the_last_bit(sample: Images, scaled: Any, operation: Any) -> None:
    """``x / 255`` is not ``x * (1 / 255)``."""
    array = scaled(np.array(sample.train_images))
    found = lesson_arrays.recognise(array, sample)
    assert (found and found.operation) == operation
    assert found is None or same(lesson_arrays.make(found, sample), array)


@pytest.mark.parametrize("error", [AttributeError, TypeError, ValueError, NotPlainError])
def test_where_a_part_is_missing_the_kernel_trains_by_itself(monkeypatch, error) -> None:
    """As in another version of Keras, whose inner parts are no promise."""

    def describe(*_: object) -> Training:
        raise error("no such part")

    monkeypatch.setattr(plain_fit, "describe", describe)
    recorder = Recorder(trainer=TrainerClient(UnusedLine()))
    assert recorder.replay({}, 1) is None


@pytest.mark.parametrize("module", [plain_fit, training_replay])
def test_where_it_cannot_be_loaded_the_kernel_trains_by_itself(monkeypatch, module) -> None:
    """It is loaded only then: what it needs of Keras may be gone, and everything else goes on."""
    monkeypatch.delattr(recorders, module.__name__.rpartition(".")[2])
    monkeypatch.setitem(sys.modules, module.__name__, None)
    recorder = Recorder(trainer=TrainerClient(UnusedLine()))
    assert recorder.replay({}, 1) is None


class UnusedLine:
    """A line that nobody may ask on."""


def test_what_waits_does_not_compute() -> None:
    """A student who keeps the core busy lets nobody else pay for the training that waits for it."""
    clock, computing = training_replay._clocks()
    time.sleep(0.2)
    later, computed = training_replay._clocks()
    assert computed - computing < 0.1 < later - clock
