"""Messages between our own processes: each with its length, each checked against its type."""

from __future__ import annotations

import os
import struct
from typing import IO, Any

import msgspec

HEADER = struct.Struct(">I")
# Of one message: the outputs of a cell, or the evidence with its arrays.
MOST_BYTES = 128 * 2**20


def send(stream: IO[bytes], message: msgspec.Struct) -> None:
    """Write one message."""
    data = msgspec.msgpack.encode(message)
    stream.write(HEADER.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes], kind: Any) -> Any:
    """Read one message of a kind, ``None`` where the other side has ended.

    Raises:
        ValueError: it is no such message, or longer than any may be.
    """
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    if length > MOST_BYTES:
        raise ValueError(f"a message of {length:,} bytes")
    data = stream.read(length)
    return None if len(data) < length else msgspec.msgpack.decode(data, type=kind)


def own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output, put out of reach of whoever reads or prints from now on."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return inbox, outbox
