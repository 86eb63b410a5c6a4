"""Decodes messages and files, each checked against its type, from any thread.

msgspec reads the annotations of a class when it first decodes it, and runs Python code for that.
Two threads that do so for one class at a time read half of what it is: values are refused or lost,
or the process crashes. Here one thread reads them, and the others wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
D = TypeVar("D")
_READING = threading.Lock()


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Return what JSON says as an object of type ``kind``.

    Raises:
        msgspec.MsgspecError: it is no JSON, or no such object.
    """
    return _read(msgspec.json.Decoder, kind).decode(data)


def from_msgpack(data: bytes, kind: type[T]) -> T:
    """Return what MessagePack says as an object of type ``kind``.

    Raises:
        msgspec.MsgspecError: it is no MessagePack, or no such object.
    """
    return _read(msgspec.msgpack.Decoder, kind).decode(data)


def convert(value: Any, kind: type[T]) -> T:
    """Return dictionaries, lists, numbers and texts as an object of type ``kind``.

    Raises:
        msgspec.ValidationError: they are no such object.
    """
    # A decoder reads all classes that the type names; what it has read stays with them.
    _read(msgspec.json.Decoder, kind)
    return msgspec.convert(value, kind)


def _read(make: Callable[[type[T]], D], kind: type[T]) -> D:
    with _READING:
        return make(kind)
