"""Wraps the public functions of Keras and TensorFlow that a student calls.

Not ``compile``: Keras asks whether it was overridden, and warns when a model is loaded.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from typing import Any, Protocol

import keras
import tensorflow as tf

from autograder.kernel.recorder.fit_observer import FitObserver
from autograder.kernel.recorder.step_batching import batched_steps, steps_at_a_time

DEVICE_QUERIES = ("list_physical_devices", "list_logical_devices", "get_visible_devices")
# Packages that may ask for devices without the student having called them.
OWN_PACKAGES = frozenset({"tensorflow", "keras", "absl", "autograder"})

Function = Callable[..., Any]


class Instrumentation(Protocol):
    """What the wrapped functions report to: the recorder."""

    @property
    def busy(self) -> bool:
        """Whether Keras is at work for an earlier call, and makes calls of its own."""

    @property
    def graded(self) -> bool:
        """Whether nobody watches the training, so that steps may be batched."""

    def working(self) -> AbstractContextManager[None]:
        """Be busy."""

    def quietly(self, trouble: str) -> AbstractContextManager[None]:
        """Record an error as this trouble, and go on."""

    def replay(self, arguments: dict[str, Any], steps: int) -> AbstractContextManager[None] | None:
        """Return what lets a call of ``fit`` replay a training, ``None`` where it is to train."""

    def start_fit(self, fitting: FitObserver) -> None:
        """Take note of a call of ``fit`` that begins."""

    def record_fit(
        self, fitting: FitObserver, error: BaseException | None, history: object
    ) -> None:
        """Record a call of ``fit`` that has ended."""

    def record_call(self, model: keras.Model, x: Any) -> None:
        """Record a call of a model for its outputs."""

    def record_checkpoint(self, model: keras.Model) -> None:
        """Record that a model was saved, perhaps in the middle of its training."""

    def record_batch(self, model: keras.Model) -> None:
        """Record that a model was trained by ``train_on_batch``."""

    def record_device_query(self, name: str) -> None:
        """Record that TensorFlow was asked for its devices."""


def watch(watcher: Instrumentation) -> ExitStack:
    """Begin to watch; closing what is returned ends it."""
    watching = ExitStack()
    _replace(watching, keras.Model, "fit", _fit(watcher, keras.Model.fit))
    _replace(watching, keras.Model, "evaluate", _evaluate(watcher, keras.Model.evaluate))
    for name in ("predict", "predict_on_batch", "__call__"):
        wrapped = _model_call(watcher, getattr(keras.Model, name))
        _replace(watching, keras.Model, name, wrapped)
    for name in ("save", "save_weights"):
        saved = _noted(watcher, watcher.record_checkpoint, getattr(keras.Model, name))
        _replace(watching, keras.Model, name, saved)
    by_batch = _noted(watcher, watcher.record_batch, keras.Model.train_on_batch)
    _replace(watching, keras.Model, "train_on_batch", by_batch)
    for module, name in _device_queries():
        _replace(watching, module, name, _devices(watcher, name, getattr(module, name)))
    return watching


def _replace(watching: ExitStack, owner: Any, name: str, function: Function) -> None:
    own = vars(owner).get(name)
    # A method that was inherited is inherited again.
    watching.callback(*((setattr, owner, name, own) if own else (delattr, owner, name)))
    setattr(owner, name, function)


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


def _fit(watcher: Instrumentation, fit: Function) -> Function:
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def watched(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        fitting = None
        replay = None
        steps = 1
        with watcher.quietly("fit could not be watched"):
            bound = signature.bind(*args, **kwargs)
            with suppress(Exception):
                steps = steps_at_a_time(bound.arguments) if watcher.graded else 1
            # Before the observer takes its place among the callbacks.
            replay = watcher.replay(bound.arguments, steps)
            fitting = FitObserver(bound.arguments, is_replayed=replay is not None)
            watcher.start_fit(fitting)
        if fitting is None:
            with watcher.working():
                return fit(*args, **kwargs)
        error: BaseException | None = None
        history = None
        try:
            with (
                _unseen(),
                watcher.working(),
                batched_steps(bound.arguments["self"], steps),
                replay or nullcontext(),
            ):
                history = fit(*bound.args, **bound.kwargs)
        except BaseException as raised:
            error = raised
            raise
        finally:
            with watcher.quietly("fit could not be recorded"):
                watcher.record_fit(fitting, error, history)
        return history

    return watched


def _evaluate(watcher: Instrumentation, evaluate: Function) -> Function:
    """Wrap ``evaluate``: its own calls of the model do not count as the student's."""

    @functools.wraps(evaluate)
    def undisturbed(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with _unseen(), watcher.working():
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


def _model_call(watcher: Instrumentation, call: Function) -> Function:
    @functools.wraps(call)
    def watched(model: keras.Model, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if watcher.busy:
            return call(model, *args, **kwargs)
        with _unseen(), watcher.working():
            answer = call(model, *args, **kwargs)
        with watcher.quietly("a question to the model could not be recorded"):
            x = args[0] if args else kwargs.get("x", kwargs.get("inputs"))
            # Layers are joined with symbols, which is no call for outputs.
            if not any(isinstance(one, keras.KerasTensor) for one in keras.tree.flatten(x)):
                watcher.record_call(model, x)
        return answer

    return watched


def _noted(
    watcher: Instrumentation, note: Callable[[keras.Model], None], call: Function
) -> Function:
    """Wrap a method of models of which only that it was called is worth a note."""

    @functools.wraps(call)
    def watched(model: keras.Model, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with watcher.quietly("a call could not be recorded"):
            note(model)
        with _unseen():
            return call(model, *args, **kwargs)

    return watched


def _devices(watcher: Instrumentation, name: str, call: Function) -> Function:
    @functools.wraps(call)
    def watched(*args: Any, **kwargs: Any) -> Any:
        with watcher.quietly("a question about devices could not be recorded"):
            caller = str(sys._getframe(1).f_globals.get("__name__", ""))  # noqa: SLF001
            if not watcher.busy and caller.partition(".")[0] not in OWN_PACKAGES:
                watcher.record_device_query(name)
        return call(*args, **kwargs)

    return watched
