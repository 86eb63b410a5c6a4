"""Digests of weights: two models have the same ones, whatever object they are and however named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 16
# A state of more weights than this is not recorded; its digests must fit into a text of a record.
MAX_WEIGHTS = 200


def digest_of(values: NDArray[Any]) -> str:
    """Return the digest of one weight: of its shape and its values as 32-bit numbers."""
    numbers = np.ascontiguousarray(values, np.float32)
    return hashlib.sha256(f"{numbers.shape}".encode() + numbers.tobytes()).hexdigest()[:DIGITS]


def state(weights: Iterable[NDArray[Any]]) -> str:
    """Return one text for the weights of a model, in its layers' order; empty for too many."""
    digests = [digest_of(one) for one in weights]
    return " ".join(digests) if len(digests) <= MAX_WEIGHTS else ""


def holds(digests: Sequence[str], state: str) -> bool:
    """Return whether weights with these digests hold a state, perhaps among others.

    Those of a layer that learns nothing may stand between: a model can be put into another one.
    """
    rest = iter(digests)
    return bool(state) and all(wanted in rest for wanted in state.split())
