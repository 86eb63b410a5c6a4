"""The random generators of a process: Python's, NumPy's and TensorFlow's, read and set."""

from __future__ import annotations

import random

import numpy as np
import tensorflow as tf

# Not public, and the only place where TensorFlow keeps what it draws seeds of operations from.
from tensorflow.python.eager import context

from autograder.core.training import Generators, RandomState

VERSION = 3
NUMPYS = "MT19937"


def states() -> Generators | None:
    """Return the states of the generators, ``None`` where they cannot be read."""
    theirs, seed = getattr(context.context(), "_rng", None), context.global_seed()
    if not isinstance(theirs, random.Random) or not isinstance(seed, int):
        return None
    kind, words, position, has_spare, spare = np.random.get_state(legacy=True)  # noqa: NPY002  a student's
    if kind != NUMPYS:
        return None
    numpys = np.append(words, np.uint32(position)).astype("<u4").tobytes()
    return Generators(
        python=_state(random.getstate()),
        numpy=RandomState(words=numpys, spare=float(spare) if has_spare else None),
        tensorflow=_state(theirs.getstate()),
        seed=seed,
    )


def restore(generators: Generators) -> None:
    """Set the generators to these states.

    Raises:
        ValueError: they are no such states.
    """
    # It sets TensorFlow's generator too, whose state then is the one given.
    if context.global_seed() != generators.seed:
        tf.random.set_seed(generators.seed)
    context.context()._rng.setstate(_pythons(generators.tensorflow))  # noqa: SLF001
    random.setstate(_pythons(generators.python))
    *words, position = _words(generators.numpy)
    spare = generators.numpy.spare
    np.random.set_state(  # noqa: NPY002
        (NUMPYS, np.array(words, np.uint32), position, spare is not None, spare or 0.0)
    )


def _state(state: tuple[int, tuple[int, ...], float | None]) -> RandomState:
    _, words, spare = state
    return RandomState(words=np.array(words, "<u4").tobytes(), spare=spare)


def _pythons(state: RandomState) -> tuple[int, tuple[int, ...], float | None]:
    return VERSION, tuple(_words(state)), state.spare


def _words(state: RandomState) -> list[int]:
    words: list[int] = np.frombuffer(state.words, "<u4").tolist()
    return words
