"""A call of ``fit`` that is plain, described as data.

Plain is what a process that knows nothing of the student's code can do again to the last bit: a
chain of Keras' own layers, compiled with Keras' own parts, on arrays of the lesson's, on a CPU.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

# None is public: the scopes that are open, the class of every functional model, and a setting that
# has no other name.
from keras.src.backend.common.name_scope import current_path
from keras.src.models.functional import Functional
from tensorflow.python.framework.config import is_op_determinism_enabled

from autograder.core.training import (
    MAX_DESCRIPTION,
    MAX_TRAINED,
    LessonArray,
    Stock,
    Training,
)
from autograder.datasets import Images
from autograder.kernel.recorder import generator_states, keras_objects, lesson_arrays
from autograder.kernel.recorder.keras_objects import NotPlainError, require
from autograder.kernel.recorder.step_batching import KERAS_BATCH

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
WITHOUT_EFFECT = frozenset({"self", "x", "y", "validation_data", "verbose"})
CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
# Bits of precision: float32 in and float32 out, as Keras has it.
FLOAT = "float32"
MAX_EPOCHS = 1_000


def describe(
    arguments: Mapping[str, Any],
    steps: int,
    dataset: str,
    images: Images,
    watched: Mapping[tuple[int, str], object],
) -> Training:
    """Describe a call of ``fit`` as it is about to be made.

    Args:
        arguments: as the student gave them, the model under ``self``.
        steps: how many steps are taken at a time.
        dataset: the name of the data set.
        images: its images.
        watched: what the recorder has put into Keras, as ``Watching.functions``.

    Raises:
        NotPlainError: it is not plain.
    """
    model = arguments["self"]
    # First what is quickly seen, and without Keras.
    settings = _settings(arguments)
    validation = arguments.get("validation_data")
    if validation is not None:
        require(type(validation) is tuple and len(validation) == 2, "the validation data")
    # All that follows compares with Keras as it is now.
    keras_objects.require_as_loaded(watched)
    require_usual_settings()
    generators = generator_states.states()
    if generators is None:
        raise NotPlainError("a random generator")
    layers = _chain(model)
    optimizer, metrics = model.optimizer, model._compile_metrics  # noqa: SLF001
    require(
        not optimizer.built or optimizer._trainable_variables == model.trainable_variables,  # noqa: SLF001
        "an optimizer of other variables",
    )
    training = Training(
        dataset=dataset,
        images=images.name,
        sequential=type(model) is keras.Sequential,
        layers=layers,
        state=keras_objects.values(model.variables),
        loss=keras_objects.loss(model._compile_loss._user_loss),  # noqa: SLF001
        metrics=keras_objects.metrics(metrics and metrics._user_metrics),  # noqa: SLF001
        optimizer=keras_objects.optimizer(optimizer),
        is_built=optimizer.built,
        optimizer_state=keras_objects.values(optimizer.variables),
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


def _settings(arguments: Mapping[str, Any]) -> dict[str, bool | int | float | None]:
    """Return the arguments of ``fit`` that decide how it trains, besides model and data."""
    settings = {}
    for name, value in arguments.items():
        if name in ARGUMENTS and value is not None:
            require(type(value) in ARGUMENTS[name], name)
            settings[name] = value
        elif name == "callbacks":
            require(value is None or (isinstance(value, list) and not value), name)
        elif name not in WITHOUT_EFFECT:
            require(value is None, name)
    return settings


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
    batches, held_out = number_of_batches(training)
    epochs = range(int(arguments.get("initial_epoch") or 0), int(arguments.get("epochs") or 1))
    frequency = int(arguments.get("validation_freq") or 1)
    validated = sum(1 for epoch in epochs if (epoch + 1) % frequency == 0) if held_out else 0
    return (
        len(epochs) * math.ceil(batches / training.steps),
        validated * math.ceil(held_out / training.steps),
    )


def number_of_batches(training: Training) -> tuple[int, int]:
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


def require_usual_settings() -> None:
    """Raise where Keras or TensorFlow compute otherwise than they do by default.

    Raises:
        NotPlainError: they do.
    """
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
    require(model.built and model.compiled and model.trainable, "a model that is not ready")
    require(not model.jit_compile and not model.run_eagerly, "how it is compiled")
    usual = tf.distribute.get_strategy()
    strategies = (model.distribute_strategy, model.optimizer._distribution_strategy)  # noqa: SLF001
    require(all(one is usual for one in strategies), "a strategy")
    require(model._compile_loss._user_loss_weights is None, "weights of losses")  # noqa: SLF001
    metrics = model._compile_metrics  # noqa: SLF001
    require(not (metrics and metrics._user_weighted_metrics), "weighted metrics")  # noqa: SLF001
    # A model's scope that could not be opened stays open: what is made later is called after it.
    require(not current_path(), "a scope that is open")
    keras_objects.require_scope(model.name, pattern=keras_objects.OUTERMOST_SCOPE)
    for variable in model.weights:
        keras_objects.require_scope(*variable.path.split("/"))
        require(variable.constraint is variable.regularizer is None, "weights that are held")
    require(model.stop_training is False, "a model that was stopped")
    require(not model._initial_epoch, "a training that was broken off")  # noqa: SLF001
    is_sequential = type(model) is keras.Sequential
    functional = model._functional if is_sequential else model  # noqa: SLF001
    require(type(functional) is Functional, "the model")
    compiled = (model._compile_loss, model._loss_tracker, *([metrics] if metrics else []))  # noqa: SLF001
    keras_objects.require_untouched(model, functional, *compiled, *model.variables)
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
    return tuple(map(keras_objects.layer, layers))


def _array(array: object, images: Images) -> LessonArray:
    found = lesson_arrays.recognise(array, images)
    if found is None:
        raise NotPlainError("data of its own")
    return found
