"""Wraps the public functions of Keras and TensorFlow that a student calls.

Not ``compile``: Keras asks whether it was overridden, and warns when a model is loaded.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from autograder.kernel.recorder.fit_observer import FitObserver
from autograder.kernel.recorder.step_batching import batched_steps, steps_at_a_time

if TYPE_CHECKING:
    from autograder.kernel.recorder.recorder import Recorder

DEVICE_QUERIES = ("list_physical_devices", "list_logical_devices", "get_visible_devices")
# Packages that may ask for devices without the student having called them.
OWN_PACKAGES = frozenset({"tensorflow", "keras", "absl", "autograder"})

Function = Callable[..., Any]


class Watching(ExitStack):
    """What is watched until this is closed."""

    def __init__(self) -> None:
        super().__init__()
        # By the owner's identity and the name.
        self.functions: dict[tuple[int, str], Function] = {}

    def replace(self, owner: Any, name: str, function: Function) -> None:
        """Put a function that watches in the place of another."""
        own = vars(owner).get(name)
        # A method that was inherited is inherited again.
        self.callback(*((setattr, owner, name, own) if own else (delattr, owner, name)))
        setattr(owner, name, function)
        self.functions[id(owner), name] = function


def watch(recorder: Recorder) -> Watching:
    """Begin to watch; closing what is returned ends it."""
    watching = Watching()
    watching.replace(keras.Model, "fit", _fit(recorder, keras.Model.fit))
    watching.replace(keras.Model, "evaluate", _evaluate(recorder, keras.Model.evaluate))
    for name in ("predict", "predict_on_batch", "__call__"):
        wrapped = _model_call(recorder, getattr(keras.Model, name))
        watching.replace(keras.Model, name, wrapped)
    for name in ("save", "save_weights"):
        saved = _noted(recorder, recorder.record_checkpoint, getattr(keras.Model, name))
        watching.replace(keras.Model, name, saved)
    by_batch = _noted(recorder, recorder.record_batch, keras.Model.train_on_batch)
    watching.replace(keras.Model, "train_on_batch", by_batch)
    # One for each function, wherever it is: `from tensorflow.config import ...` makes a new module.
    asking: dict[Function, Function] = {}
    for module, name in _device_queries():
        query = getattr(module, name)
        asking[query] = asking.get(query) or _devices(recorder, name, query)
        watching.replace(module, name, asking[query])
    return watching


def _device_queries() -> Iterator[tuple[Any, str]]:
    modules = [tf.config, tf.config.experimental, tf.compat.v1.config]
    yield tf.test, "gpu_device_name"
    yield tf.test, "is_gpu_available"
    # Neither is public. From the first one `from tensorflow.config import ...` takes the functions
    # again; many pages on the web recommend the other.
    with suppress(ImportError):
        modules.append(importlib.import_module("tensorflow.python.framework.config"))
    with suppress(ImportError):
        yield importlib.import_module("tensorflow.python.client.device_lib"), "list_local_devices"
    for module in modules:
        yield from ((module, name) for name in DEVICE_QUERIES if hasattr(module, name))


def _fit(recorder: Recorder, fit: Function) -> Function:
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def watched(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        fitting = None
        replay = None
        steps = 1
        with recorder.quietly("fit could not be watched"):
            bound = signature.bind(*args, **kwargs)
            with suppress(Exception):
                # In grading nobody watches the steps.
                steps = steps_at_a_time(bound.arguments) if recorder.graded else 1
            # Before the observer takes its place among the callbacks.
            replay = recorder.replay(bound.arguments, steps)
            fitting = FitObserver(bound.arguments, is_replayed=replay is not None)
            recorder.start_fit(fitting)
        if fitting is None:
            with recorder.working():
                return fit(*args, **kwargs)
        error: BaseException | None = None
        history = None
        try:
            with (
                _unseen(),
                recorder.working(),
                batched_steps(bound.arguments["self"], steps),
                replay or nullcontext(),
            ):
                history = fit(*bound.args, **bound.kwargs)
        except BaseException as raised:
            error = raised
            raise
        finally:
            with recorder.quietly("fit could not be recorded"):
                recorder.record_fit(fitting, error, history)
        return history

    return watched


def _evaluate(recorder: Recorder, evaluate: Function) -> Function:
    """Wrap ``evaluate``: its own calls of the model do not count as the student's."""

    @functools.wraps(evaluate)
    def undisturbed(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with _unseen(), recorder.working():
            return evaluate(*args, **kwargs)

    return undisturbed


@contextmanager
def _unseen() -> Iterator[None]:
    """Remove the frames of this module from an error's traceback: they do not help a student.

    What is marked as hidden is left out by IPython too, but not where it is the last frame.
    """
    try:
        yield
    except BaseException as error:
        part = error.__traceback__
        while part:
            while part.tb_next and part.tb_next.tb_frame.f_code.co_filename == __file__:
                part.tb_next = part.tb_next.tb_next
            part = part.tb_next
        raise


def _model_call(recorder: Recorder, call: Function) -> Function:
    @functools.wraps(call)
    def watched(model: keras.Model, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if recorder.busy:
            return call(model, *args, **kwargs)
        with _unseen(), recorder.working():
            answer = call(model, *args, **kwargs)
        with recorder.quietly("a question to the model could not be recorded"):
            x = args[0] if args else kwargs.get("x", kwargs.get("inputs"))
            # Layers are joined with symbols, which is no call for outputs.
            if not any(isinstance(one, keras.KerasTensor) for one in keras.tree.flatten(x)):
                recorder.record_call(model, x)
        return answer

    return watched


def _noted(recorder: Recorder, note: Callable[[keras.Model], None], call: Function) -> Function:
    """Wrap a method of models of which only that it was called is worth a note."""

    @functools.wraps(call)
    def watched(model: keras.Model, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with recorder.quietly("a call could not be recorded"):
            note(model)
        with _unseen():
            return call(model, *args, **kwargs)

    return watched


def _devices(recorder: Recorder, name: str, call: Function) -> Function:
    @functools.wraps(call)
    def watched(*args: Any, **kwargs: Any) -> Any:
        with recorder.quietly("a question about devices could not be recorded"):
            caller = str(sys._getframe(1).f_globals.get("__name__", ""))  # noqa: SLF001
            if not recorder.busy and caller.partition(".")[0] not in OWN_PACKAGES:
                recorder.record_device_query(name)
        return call(*args, **kwargs)

    return watched
