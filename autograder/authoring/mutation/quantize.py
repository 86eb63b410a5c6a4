"""Quantized arrays: as many steps between the smallest and the largest as a verdict needs.

The weights of ten neurons in five epochs take 188 KiB as they are, and 19 KiB in 64 steps with the
same verdict. Means of epochs are much alike, so each is stored as its difference from the last.
"""

from __future__ import annotations

import lzma
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core import decode
from autograder.core.errors import EvidenceError

# Bits a number, from coarse to fine; after that a number is stored as it is.
BITS = (4, 6, 8, 10, 12)
EXACT = len(BITS)
# Elements. Smaller arrays are not worth it, and some are single numbers that decide everything.
SMALL = 1024
# Bytes: what LZMA needs at least.
LEAST_ROOM = 4096


class Packed(msgspec.Struct, frozen=True):
    """An array: ``data`` are numbers of ``kind``, times ``step`` unless that is zero."""

    shape: tuple[int, ...]
    kind: str
    step: float
    data: bytes


def pack(array: NDArray[Any], precision: int) -> bytes:
    """Return an array as compressed bytes at a precision; only floats are quantized."""
    packed = Packed(array.shape, array.dtype.str, 0.0, array.tobytes())
    if precision < EXACT and array.dtype.kind == "f" and array.size >= SMALL:
        packed = _coarse(array, BITS[precision]) or packed
    data = msgspec.msgpack.encode(packed)
    # Of its own accord the best preset sets 64 MiB aside, each time.
    room = {"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": max(len(data), LEAST_ROOM)}
    return lzma.compress(data, filters=[room])


def unpack(data: bytes) -> NDArray[Any]:
    """Return the array that :func:`pack` was given, or a ``float32`` one that is near it.

    Raises:
        EvidenceError: it is no such array.
    """
    try:
        packed = decode.from_msgpack(lzma.decompress(data), Packed)
        numbers = np.frombuffer(packed.data, packed.kind).reshape(packed.shape)
    except (lzma.LZMAError, ValueError, TypeError) as error:
        raise EvidenceError(f"An array that was kept cannot be read: {error}") from error
    if not packed.step:
        return numbers
    if numbers.ndim > 2:
        # A sum that runs over is right again in the end: the differences did so too.
        numbers = np.cumsum(numbers, axis=0, dtype=numbers.dtype)
    return (numbers * packed.step).astype(np.float32)


def _coarse(array: NDArray[Any], bits: int) -> Packed | None:
    step = float(np.abs(array).max()) / (2 ** (bits - 1) - 1)
    if not step or not np.isfinite(step):
        return None
    kind = np.int8 if bits <= 8 else np.int16
    numbers = np.rint(array / step).astype(kind)
    if numbers.ndim > 2:
        numbers = np.diff(numbers, axis=0, prepend=np.zeros_like(numbers[:1]))
    return Packed(array.shape, numbers.dtype.str, step, numbers.tobytes())
