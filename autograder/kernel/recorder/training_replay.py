"""A described training, done without the code that asked for it, and replayed where it was asked.

The trainer makes the model from the description and trains it. In the student's kernel Keras' own
``fit`` then takes the recorded steps, and gives the same result to the last bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from autograder.core.training import Array, Trained, Training
from autograder.datasets import Images
from autograder.kernel.recorder import generator_states, keras_objects, lesson_arrays, plain_fit
from autograder.kernel.recorder.keras_objects import require
from autograder.kernel.recorder.step_batching import batched_steps

# Arguments that say what data there is and how it is cut into batches.
DATA = frozenset(
    {
        *("x", "y", "validation_data", "validation_split"),
        *("batch_size", "validation_batch_size", "shuffle"),
    }
)

Logs = Mapping[str, Any]
Step = Callable[[Any], Logs]


def train(training: Training, images: Images) -> Trained:
    """Do a training as described, and record what it leaves behind.

    It changes the random generators of this process.

    Raises:
        NotPlainError: it is not plain.
        ValueError: it is no training at all.
    """
    plain_fit.require_usual_settings()
    require(training.images == images.name, "other images")
    plain_fit.require_small(training)
    model = _make_model(training)
    arguments = {
        name: training.arguments[name] for name in plain_fit.ARGUMENTS if name in training.arguments
    }
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
        training_logs=tuple(map(_log_values, steps.logs)),
        validation_logs=tuple(map(_log_values, tests.logs)),
        weights=steps.arrays(),
        training_metrics=metrics.arrays(),
        validation_metrics=tests.arrays(),
        state=keras_objects.values(model.variables),
        optimizer_state=keras_objects.values(model.optimizer.variables),
        metrics_state=keras_objects.values(model.metrics_variables),
        metrics=_metric_functions(model),
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


def _make_model(training: Training) -> keras.Model:
    """Return the model that is described, with its state."""
    first, *others = map(keras_objects.make_layer, training.layers)
    require(isinstance(first, keras.layers.InputLayer), "the first layer")
    if training.sequential:
        model = keras.Sequential([first, *others])
    else:
        output = first.output
        for layer in others:
            output = layer(output)
        model = keras.Model(first.output, output)
    model.compile(
        optimizer=keras_objects.make_optimizer(training.optimizer),
        loss=keras_objects.make_loss(training.loss),
        metrics=[keras_objects.make_metric(one) for one in training.metrics] or None,
    )
    if training.is_built:
        model.optimizer.build(model.trainable_variables)
    keras_objects.assign(model.variables, training.state)
    keras_objects.assign(model.optimizer.variables, training.optimizer_state)
    return model


def require_fitting(trained: Trained, training: Training, arguments: Mapping[str, Any]) -> None:
    """Raise unless an answer to the description can be replayed by ``fit`` with these arguments.

    The model is made ready for it; nothing can fail later that would not fail in a training.

    Raises:
        NotPlainError: it cannot.
    """
    model = arguments["self"]
    was_built = model._compile_metrics is not None and model._compile_metrics.built  # noqa: SLF001
    require(not was_built or trained.metrics == _metric_functions(model), "other metrics")
    _build(model, arguments["y"])
    calls = len(trained.training_logs), len(trained.validation_logs)
    require(calls == plain_fit.expected_calls(training), "another number of steps")
    metrics = model.metrics_variables
    require(
        keras_objects.fits(model.variables, trained.state)
        and keras_objects.fits(model.optimizer.variables, trained.optimizer_state)
        and keras_objects.fits(metrics, trained.metrics_state)
        and keras_objects.fits(model.trainable_variables, trained.weights, calls[0])
        and keras_objects.fits(metrics, trained.training_metrics, calls[0])
        and (not calls[1] or keras_objects.fits(metrics, trained.validation_metrics, calls[1])),
        "values of other variables",
    )


@contextmanager
def replayed(arguments: dict[str, Any], training: Training, trained: Trained) -> Iterator[None]:
    """Let ``fit``, called with these arguments, take its steps from what was trained elsewhere.

    All else is Keras' own work as ever: epochs, history, callbacks, what is printed. Nobody looks
    at the data any more, so streams with as many batches are put in their place.
    """
    model = arguments["self"]
    batches, held_out = plain_fit.number_of_batches(training)
    for name in DATA:
        arguments.pop(name, None)
    # Keras warns of streams that it is to shuffle.
    arguments |= {"x": _counting_stream(batches), "shuffle": False}
    if held_out:
        arguments["validation_data"] = _counting_stream(held_out)
    steps = [*model.trainable_variables, *model.metrics_variables]
    model.train_function = _replaying(
        steps, (*trained.weights, *trained.training_metrics), trained.training_logs
    )
    model.test_function = _replaying(
        model.metrics_variables, trained.validation_metrics, trained.validation_logs
    )
    try:
        yield
        keras_objects.assign(model.variables, trained.state)
        keras_objects.assign(model.optimizer.variables, trained.optimizer_state)
        keras_objects.assign(model.metrics_variables, trained.metrics_state)
    finally:
        model.train_function = model.test_function = None


def _counting_stream(count: int) -> tf.data.Dataset:
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


def _metric_functions(model: keras.Model) -> tuple[str, ...]:
    """Return what the metrics compute: of ``accuracy`` it depends on the shapes of the labels."""
    metrics = model._compile_metrics.metrics if model._compile_metrics else ()  # noqa: SLF001
    return tuple(
        f"{one.name} {getattr(getattr(one, '_fn', one), '__name__', type(one).__name__)}"
        for one in metrics
    )


def _log_values(logs: Logs) -> dict[str, float]:
    kinds = {(one.dtype, one.shape.rank) for one in logs.values()}
    require(kinds == {(tf.float32, 0)}, "the metrics")
    return {name: float(one.numpy()) for name, one in logs.items()}
