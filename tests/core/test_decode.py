"""Classes that several threads are the first to decode."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from autograder.core import decode

THREADS = 4
DECODERS = {
    "json": lambda kind: decode.from_json(b'{"inner": {"number": 1}}', kind),
    "msgpack": lambda kind: decode.from_msgpack(
        msgspec.msgpack.encode({"inner": {"number": 1}}), kind
    ),
    "convert": lambda kind: decode.convert({"inner": {"number": 1}}, kind),
}


class Readers:
    """Counts the threads that read the annotations of a class, at their slowest."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def number(self) -> type[int]:
        """Be an annotation, which msgspec evaluates."""
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.02)
        self.now -= 1
        return int


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Readers:
    counter = Readers()
    monkeypatch.setattr(sys.modules[__name__], "readers_of", counter.number, raising=False)
    return counter


@pytest.mark.parametrize("read", DECODERS.values(), ids=list(DECODERS))
def test_one_thread_at_a_time_reads_what_a_class_is(
    readers: Readers, read: Callable[[type[msgspec.Struct]], msgspec.Struct]
) -> None:
    """Else values are lost, or the process crashes."""
    inner = msgspec.defstruct("Inner", [("number", "readers_of()")], module=__name__)
    outer = msgspec.defstruct("Outer", [("inner", inner)], module=__name__)
    together = threading.Barrier(THREADS)

    def decoded(_: int) -> msgspec.Struct:
        together.wait()
        return read(outer)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(decoded, range(THREADS)))
    assert found == [outer(inner(1))] * THREADS
    assert readers.most == 1
