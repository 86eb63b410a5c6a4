"""A call of ``fit`` that is plain, as data; and the same call made again from that data.

Plain is what a process that knows nothing of the student's code can do again to the last bit: a
chain of Keras' own layers, compiled with Keras' own parts, on arrays of the lesson's, on a CPU.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# Neither is public: the class of every functional model, and a setting that has no other name.
from keras.src.models.functional import Functional
from numpy.typing import NDArray
from tensorflow.python.framework.config import is_op_determinism_enabled

from autograder.core.training import (
    MAX_DESCRIPTION,
    MAX_TRAINED,
    Array,
    LessonArray,
    Stock,
    Trained,
    Training,
)
from autograder.datasets import Images
from autograder.kernel.recorder import generator_states, lesson_arrays, stock
from autograder.kernel.recorder.step_batching import KERAS_BATCH, batched_steps
from autograder.kernel.recorder.stock import NotPlainError, require

# Arguments of ``fit`` that decide how it trains, by type; ``verbose`` does not, and the others
# may not be given.
ARGUMENTS: dict[str, tuple[type, ...]] = {
    "batch_size": (int,),
    "epochs": (int,),
    "initial_epoch": (int,),
    "shuffle": (bool,),
    "validation_split": (float,),
    "validation_batch_size": (int,),
    "validation_freq": (int,),
}
# Arguments that say what data there is and how it is cut into batches.
DATA = frozenset(
    {
        *("x", "y", "validation_data", "validation_split"),
        *("batch_size", "validation_batch_size", "shuffle"),
    }
)
WITHOUT_EFFECT = frozenset({"self", "x", "y", "validation_data", "verbose"})
CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
# Bits of precision: float32 in and float32 out, as Keras has it.
FLOAT = "float32"
MAX_EPOCHS = 1_000

Logs = Mapping[str, Any]
Step = Callable[[Any], Logs]


def describe(arguments: Mapping[str, Any], steps: int, dataset: str, images: Images) -> Training:
    """Describe a call of ``fit`` as it is about to be made.

    Args:
        arguments: as the student gave them, the model under ``self``.
        steps: how many steps are taken at a time.
        dataset: the name of the data set.
        images: its images.

    Raises:
        NotPlainError: it is not plain.
    """
    model = arguments["self"]
    _require_usual_settings()
    settings = {}
    for name, value in arguments.items():
        if name in ARGUMENTS and value is not None:
            require(type(value) in ARGUMENTS[name], name)
            settings[name] = value
        elif name == "callbacks":
            require(value is None or (isinstance(value, list) and not value), name)
        elif name not in WITHOUT_EFFECT:
            require(value is None, name)
    validation = arguments.get("validation_data")
    if validation is not None:
        require(type(validation) is tuple and len(validation) == 2, "the validation data")
    generators = generator_states.states()
    if generators is None:
        raise NotPlainError("a random generator")
    layers = _chain(model)
    optimizer = model.optimizer
    require(
        not optimizer.built or optimizer._trainable_variables == model.trainable_variables,  # noqa: SLF001
        "an optimizer of other variables",
    )
    training = Training(
        dataset=dataset,
        images=images.name,
        sequential=type(model) is keras.Sequential,
        layers=layers,
        state=stock.values(model.variables),
        loss=stock.loss(model._compile_loss._user_loss),  # noqa: SLF001
        metrics=stock.metrics(model._compile_metrics and model._compile_metrics._user_metrics),  # noqa: SLF001
        optimizer=stock.optimizer(optimizer),
        is_built=optimizer.built,
        optimizer_state=stock.values(optimizer.variables),
        x=_array(arguments.get("x"), images),
        y=_array(arguments.get("y"), images),
        validation=(_array(validation[0], images), _array(validation[1], images))
        if validation is not None
        else None,
        arguments=settings,
        steps=steps,
        generators=generators,
    )
    require_small(training)
    return training


def require_small(training: Training) -> None:
    """Raise where there are too many weights or steps to be sent about.

    Raises:
        NotPlainError: there are.
    """
    size = max(1024, sum(len(one.data) for one in training.state))
    require(3 * size <= MAX_DESCRIPTION, "too many weights")
    require(0 < int(training.arguments.get("epochs") or 1) <= MAX_EPOCHS, "too many epochs")
    calls, _ = expected_calls(training)
    require(calls > 0 and (calls + 4) * size <= MAX_TRAINED, "too long a training")


def expected_calls(training: Training) -> tuple[int, int]:
    """Return how often the training function and the test function are called."""
    arguments = training.arguments
    batches, held_out = _batches(training)
    epochs = range(int(arguments.get("initial_epoch") or 0), int(arguments.get("epochs") or 1))
    frequency = int(arguments.get("validation_freq") or 1)
    validated = sum(1 for epoch in epochs if (epoch + 1) % frequency == 0) if held_out else 0
    return (
        len(epochs) * math.ceil(batches / training.steps),
        validated * math.ceil(held_out / training.steps),
    )


def _batches(training: Training) -> tuple[int, int]:
    """Return the batches of an epoch and of a validation."""
    arguments = training.arguments
    count = training.x.stop - training.x.start
    held_out = 0
    if training.validation:
        held_out = training.validation[0].stop - training.validation[0].start
    elif split := arguments.get("validation_split"):
        # As Keras splits: the index is rounded down.
        held_out, count = count - int(count * (1 - split)), int(count * (1 - split))
    batch = int(arguments.get("batch_size") or KERAS_BATCH)
    validation_batch = int(arguments.get("validation_batch_size") or batch)
    return math.ceil(count / batch), math.ceil(held_out / validation_batch)


def train(training: Training, images: Images) -> Trained:
    """Do a training as described, and record what it leaves behind.

    It changes the random generators of this process.

    Raises:
        NotPlainError: it is not plain.
        ValueError: it is no training at all.
    """
    _require_usual_settings()
    require(training.images == images.name, "other images")
    require_small(training)
    model = _make_model(training)
    arguments = {name: training.arguments[name] for name in ARGUMENTS if name in training.arguments}
    x, y, *validation = (
        lesson_arrays.make(one, images)
        for one in (training.x, training.y, *(training.validation or ()))
    )
    generator_states.restore(training.generators)
    began = _clocks()
    with batched_steps(model, training.steps):
        model.make_train_function()
        model.make_test_function()
        steps = _LoggedFunction(model.train_function, lambda: model.trainable_variables)
        metrics = _LoggedFunction(steps, lambda: model.metrics_variables)
        tests = _LoggedFunction(model.test_function, lambda: model.metrics_variables)
        model.train_function, model.test_function = metrics, tests
        model.fit(x, y, validation_data=tuple(validation) or None, verbose=0, **arguments)
    # Nothing on the lists draws from them. Otherwise their states would have to be set as well.
    require(generator_states.states() == training.generators, "a training that draws at random")
    return Trained(
        training_logs=tuple(map(_plain, steps.logs)),
        validation_logs=tuple(map(_plain, tests.logs)),
        weights=steps.arrays(),
        training_metrics=metrics.arrays(),
        validation_metrics=tests.arrays(),
        state=stock.values(model.variables),
        optimizer_state=stock.values(model.optimizer.variables),
        metrics_state=stock.values(model.metrics_variables),
        metrics=metric_functions(model),
        # Whoever asks again is charged for it: not for what else ran on this core meanwhile.
        seconds=min(now - then for now, then in zip(_clocks(), began, strict=True)),
    )


def _clocks() -> tuple[float, float]:
    """Return the time of the clock, and that of computing, which several threads use up faster."""
    return time.monotonic(), time.process_time()


class _LoggedFunction:
    """A function of Keras' that takes steps, and what became of some variables after each call."""

    def __init__(self, function: Step, variables: Callable[[], Sequence[Any]]) -> None:
        self._function = function
        self._variables = variables
        self.logs: list[Logs] = []
        self._values: list[list[NDArray[Any]]] = []

    def __call__(self, iterator: Any) -> Logs:
        logs = self._function(iterator)
        self.logs.append(logs)
        self._values.append([one.value.numpy().copy() for one in self._variables()])
        return logs

    def arrays(self) -> tuple[Array, ...]:
        """Return the values of each variable, shape ``(calls, *shape)``."""
        return tuple(Array.of(np.stack(one)) for one in zip(*self._values, strict=True))


def require_fitting(trained: Trained, training: Training, arguments: Mapping[str, Any]) -> None:
    """Raise unless an answer to the description can be replayed by ``fit`` with these arguments.

    The model is made ready for it; nothing can fail later that would not fail in a training.

    Raises:
        NotPlainError: it cannot.
    """
    model = arguments["self"]
    was_built = model._compile_metrics is not None and model._compile_metrics.built  # noqa: SLF001
    require(not was_built or trained.metrics == metric_functions(model), "other metrics")
    _build(model, arguments["y"])
    calls = len(trained.training_logs), len(trained.validation_logs)
    require(calls == expected_calls(training), "another number of steps")
    metrics = model.metrics_variables
    require(
        stock.fits(model.variables, trained.state)
        and stock.fits(model.optimizer.variables, trained.optimizer_state)
        and stock.fits(metrics, trained.metrics_state)
        and stock.fits(model.trainable_variables, trained.weights, calls[0])
        and stock.fits(metrics, trained.training_metrics, calls[0])
        and (not calls[1] or stock.fits(metrics, trained.validation_metrics, calls[1])),
        "values of other variables",
    )


@contextmanager
def replayed(arguments: dict[str, Any], training: Training, trained: Trained) -> Iterator[None]:
    """Let ``fit``, called with these arguments, take its steps from what was trained elsewhere.

    All else is Keras' own work as ever: epochs, history, callbacks, what is printed. Nobody looks
    at the data any more, so streams with as many batches are put in their place.
    """
    model = arguments["self"]
    batches, held_out = _batches(training)
    for name in DATA:
        arguments.pop(name, None)
    # Keras warns of streams that it is to shuffle.
    arguments |= {"x": _numbers(batches), "shuffle": False}
    if held_out:
        arguments["validation_data"] = _numbers(held_out)
    steps = [*model.trainable_variables, *model.metrics_variables]
    model.train_function = _replaying(
        steps, (*trained.weights, *trained.training_metrics), trained.training_logs
    )
    model.test_function = _replaying(
        model.metrics_variables, trained.validation_metrics, trained.validation_logs
    )
    try:
        yield
        stock.assign(model.variables, trained.state)
        stock.assign(model.optimizer.variables, trained.optimizer_state)
        stock.assign(model.metrics_variables, trained.metrics_state)
    finally:
        model.train_function = model.test_function = None


def _numbers(count: int) -> tf.data.Dataset:
    options = tf.data.Options()
    # To improve it takes longer than to run it.
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return tf.data.Dataset.range(count).with_options(options)


def _build(model: keras.Model, y: NDArray[Any]) -> None:
    """Make what Keras otherwise makes at the first step: metrics and the optimizer's variables."""
    labels = keras.KerasTensor((None, *y.shape[1:]), name="labels")
    for part in (model._compile_metrics, model._compile_loss):  # noqa: SLF001
        if part is not None and not part.built:
            part.build(labels, model.outputs[0])
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def _replaying(
    variables: Sequence[Any], recorded: Sequence[Array], logs: Sequence[Mapping[str, float]]
) -> Step:
    arrays = [one.values() for one in recorded]
    calls = enumerate(logs)

    def step(_: Any) -> Logs:
        number, means = next(calls)
        for variable, values in zip(variables, arrays, strict=True):
            # TensorFlow's own variable: to ask Keras each time takes longer than all else here.
            variable.value.assign(values[number])
        return {name: tf.constant(one, tf.float32) for name, one in means.items()}

    return step


def metric_functions(model: keras.Model) -> tuple[str, ...]:
    """Return what the metrics compute: of ``accuracy`` it depends on the shapes of the labels."""
    metrics = model._compile_metrics.metrics if model._compile_metrics else ()  # noqa: SLF001
    return tuple(
        f"{one.name} {getattr(getattr(one, '_fn', one), '__name__', type(one).__name__)}"
        for one in metrics
    )


def _require_usual_settings() -> None:
    require(keras.config.floatx() == FLOAT and keras.config.epsilon() == 1e-7, "Keras' settings")
    require(keras.config.image_data_format() == "channels_last", "Keras' settings")
    require(keras.config.dtype_policy().name == FLOAT, "Keras' settings")
    for name in ("max_epochs", "max_steps_per_epoch"):
        require(getattr(keras.config, name, lambda: None)() is None, "Keras' limits")
    require(not tf.config.functions_run_eagerly(), "functions run eagerly")
    require(not tf.config.optimizer.get_jit(), "TensorFlow's compiler")
    graphs = tf.config.optimizer.get_experimental_options()
    require(not any(graphs.values()), "TensorFlow's optimizer")
    require(not tf.config.experimental.list_logical_devices("GPU"), "a GPU")
    require(len(tf.config.list_logical_devices("CPU")) == 1, "several CPUs")
    require(not tf.distribute.has_strategy(), "a strategy")
    require(tf.executing_eagerly() and tf.constant(0.0).device == CPU, "another device")
    threads = tf.config.threading
    require(
        threads.get_intra_op_parallelism_threads()
        == threads.get_inter_op_parallelism_threads()
        == 0,
        "threads of its own",
    )
    require(not is_op_determinism_enabled(), "operations in another order")


def _chain(model: Any) -> tuple[Stock, ...]:
    """Describe the layers of a model, the input first.

    Raises:
        NotPlainError: it is no built and compiled chain of plain layers.
    """
    require(type(model) in (keras.Sequential, Functional), "the model")
    stock.require_untouched(model)
    require(model.built and model.compiled and model.trainable, "a model that is not ready")
    require(not model.jit_compile and not model.run_eagerly, "how it is compiled")
    require(model._compile_loss._user_loss_weights is None, "weights of losses")  # noqa: SLF001
    weighted = model._compile_metrics and model._compile_metrics._user_weighted_metrics  # noqa: SLF001
    require(not weighted, "weighted metrics")
    require(model.stop_training is False, "a model that was stopped")
    require(not model._initial_epoch, "a training that was broken off")  # noqa: SLF001
    is_sequential = type(model) is keras.Sequential
    functional = model._functional if is_sequential else model  # noqa: SLF001
    ends = functional._inputs_struct, functional._outputs_struct  # noqa: SLF001
    require(all(isinstance(one, keras.KerasTensor) for one in ends), "several inputs or outputs")
    first, *others = layers = functional.layers
    require(isinstance(first, keras.layers.InputLayer), "the first layer")
    if is_sequential:
        require(others == model.layers, "no chain")
    else:
        for before, after in itertools.pairwise(layers):
            is_only = len(after._inbound_nodes) == 1  # noqa: SLF001
            require(is_only and after.input is before.output, "no chain")
        is_whole = ends[0] is first.output and ends[1] is layers[-1].output
        require(is_whole, "no chain")
    require(all(one.trainable for one in model.trainable_variables), "what is not trained")
    require(len(model.trainable_variables) == len(model.trainable_weights), "what is not trained")
    return tuple(map(stock.layer, layers))


def _make_model(training: Training) -> keras.Model:
    """Return the model that is described, with its state."""
    first, *others = map(stock.make_layer, training.layers)
    require(isinstance(first, keras.layers.InputLayer), "the first layer")
    if training.sequential:
        model = keras.Sequential([first, *others])
    else:
        output = first.output
        for layer in others:
            output = layer(output)
        model = keras.Model(first.output, output)
    model.compile(
        optimizer=stock.make_optimizer(training.optimizer),
        loss=stock.make_loss(training.loss),
        metrics=[stock.make_metric(one) for one in training.metrics] or None,
    )
    if training.is_built:
        model.optimizer.build(model.trainable_variables)
    stock.assign(model.variables, training.state)
    stock.assign(model.optimizer.variables, training.optimizer_state)
    return model


def _array(array: object, images: Images) -> LessonArray:
    found = lesson_arrays.recognise(array, images)
    if found is None:
        raise NotPlainError("data of its own")
    return found


def _plain(logs: Logs) -> dict[str, float]:
    kinds = {(one.dtype, one.shape.rank) for one in logs.values()}
    require(kinds == {(tf.float32, 0)}, "the metrics")
    return {name: float(one.numpy()) for name, one in logs.items()}
