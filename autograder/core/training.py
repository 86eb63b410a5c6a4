"""A training as plain data: what a plain call of ``fit`` is given, and what it leaves behind.

Written by a student's kernel and by the trainer. Nothing in it names code: whoever reads it knows
the layers, losses, metrics and optimizers that may be named, and refuses all others.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core.evidence import state

# A model of more weights than fit into this is trained in its own kernel.
MAX_DESCRIPTION = 16 * 2**20
# The weights after each call of the training function: of five epochs of a hidden layer 30 MiB.
MAX_TRAINED = 48 * 2**20
# Of one kernel.
MAX_REQUESTS = 8
# Of one training; a kernel that was given no answer by then trains by itself.
MAX_TRAINING_SECONDS = 60
# Names the descriptor on which a kernel may ask for trainings.
TRAINER_VARIABLE = "AUTOGRADER_TRAINER"

Setting = bool | int | float | str | None | tuple[int | None, ...]
Name = Annotated[str, msgspec.Meta(max_length=300)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of a description: immutable, and refused when it has a field that we do not know."""


class Array(_Part, frozen=True, kw_only=True):
    """An array, bit by bit."""

    dtype: Name
    shape: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, values: NDArray[Any]) -> Array:
        """Return an array as data."""
        return cls(dtype=str(values.dtype), shape=values.shape, data=values.tobytes())

    def values(self) -> NDArray[Any]:
        """Return the array, which cannot be written to.

        Raises:
            ValueError: it is none.
        """
        return np.frombuffer(self.data, np.dtype(self.dtype)).reshape(self.shape)


class Stock(_Part, frozen=True, kw_only=True):
    """An object of one of Keras' own classes: which one, and the settings that it is made with."""

    kind: Name
    settings: dict[Name, Setting] = {}


class LessonArray(_Part, frozen=True, kw_only=True):
    """An array of the lesson's own, from row ``start`` to ``stop``, after a known operation."""

    name: Name
    start: int
    stop: int
    operation: Name
    shape: tuple[int, ...]


class RandomState(_Part, frozen=True, kw_only=True):
    """The state of a Mersenne Twister, Python's or NumPy's; ``spare`` is a normal number left."""

    words: bytes
    spare: float | None = None


class Generators(_Part, frozen=True, kw_only=True):
    """The states of the random generators of a process, and TensorFlow's own seed."""

    python: RandomState
    numpy: RandomState
    tensorflow: RandomState
    seed: int


class Training(_Part, frozen=True, kw_only=True):
    """What decides to the last bit how a training goes, besides software and machine.

    Attributes:
        dataset: the name of the data set, of which ``images`` says whether it is the full one.
        sequential: whether the model is a ``Sequential``, else a functional one; a chain either
            way.
        layers: its layers with the input first.
        state: its variables.
        loss, metrics, optimizer: what it was compiled with, by name or as objects.
        is_built: whether the optimizer has all of its variables, ``optimizer_state``.
        x, y, validation: the data.
        arguments: the other arguments of ``fit``.
        steps: how many steps are taken at a time.
        generators: the random generators before.
    """

    dataset: Name
    images: Name
    sequential: bool
    layers: tuple[Stock, ...]
    state: tuple[Array, ...]
    loss: Stock | Name
    metrics: tuple[Stock | Name, ...]
    optimizer: Stock
    is_built: bool
    optimizer_state: tuple[Array, ...]
    x: LessonArray
    y: LessonArray
    validation: tuple[LessonArray, LessonArray] | None
    arguments: dict[Name, bool | int | float | None]
    steps: int
    generators: Generators


class Trained(_Part, frozen=True, kw_only=True):
    """What a training left behind.

    Attributes:
        training_logs: the losses and metrics that each call of the training function returned.
        validation_logs: the same of the test function.
        weights: the trainable weights after each call of the training function, shape
            ``(calls, *shape)`` each.
        training_metrics, validation_metrics: the variables of the metrics after each call, the same
            way.
        state, optimizer_state, metrics_state: all variables at the end.
        metrics: how Keras understood the metrics that were named.
        seconds: how long it took.
    """

    training_logs: tuple[dict[Name, float], ...]
    validation_logs: tuple[dict[Name, float], ...]
    weights: tuple[Array, ...]
    training_metrics: tuple[Array, ...]
    validation_metrics: tuple[Array, ...]
    state: tuple[Array, ...]
    optimizer_state: tuple[Array, ...]
    metrics_state: tuple[Array, ...]
    metrics: tuple[Name, ...]
    seconds: float


def end_state(trained: Trained) -> str:
    """Return the digest of the last weights of a training, as evidence has it.

    Raises:
        ValueError: they are no arrays, or there was no call.
    """
    weights = [one.values() for one in trained.weights]
    if not all(map(len, weights)):
        raise ValueError("a training without a call")
    return state(one[-1] for one in weights)


def encoded(part: Training | Trained) -> bytes:
    """Return a description or an answer as bytes, the same for what is the same."""
    return msgspec.msgpack.encode(part, order="sorted")


def digest(data: bytes) -> str:
    """Return the SHA-256 by which descriptions and answers are named."""
    return hashlib.sha256(data).hexdigest()
