"""Messages between our own processes: each with its length, each checked against its type."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from typing import IO, Any, Self

import msgspec

from autograder.core import decode

HEADER = struct.Struct(">I")
# Of one message: the outputs of a cell, or the evidence with its arrays.
MAX_BYTES = 128 * 2**20
# What goes along with a descriptor or credentials: without any content neither is carried.
MARKER = b"!"
# A ``struct ucred``: the numbers of a process, its user and its group.
CREDENTIALS = struct.Struct("iII")


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message."""
    data = msgspec.msgpack.encode(message)
    stream.write(HEADER.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes], kind: Any, limit: int = MAX_BYTES) -> Any:
    """Read one message of type ``kind``, ``None`` where the other side has ended.

    Raises:
        ValueError: it is no such message, or longer than any may be.
    """
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    if length > limit:
        raise ValueError(f"a message of {length:,} bytes")
    data = stream.read(length)
    return None if len(data) < length else decode.from_msgpack(data, kind)


def claim_standard_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Return standard input and output, out of reach of code that reads or prints from now on."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return inbox, outbox


class Line:
    """One end of a socket pair, for messages both ways. A context manager.

    Only the process that holds the other end can write to it.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._inbox, self._outbox = end.makefile("rb"), end.makefile("wb")
        # Several threads may have something to say.
        self._writing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: Any) -> None:
        """Write one message.

        Raises:
            OSError: the other side has ended.
        """
        with self._writing:
            send(self._outbox, message)

    def receive(self, kind: Any, limit: int = MAX_BYTES) -> Any:
        """Read one message of type ``kind``, ``None`` where the other side has ended.

        Raises:
            ValueError: it is no such message, or has more than ``limit`` bytes.
        """
        return receive(self._inbox, kind, limit)

    def hand_over(self, end: socket.socket) -> None:
        """Give the other side a descriptor, and nothing else.

        Raises:
            OSError: the other side has ended.
        """
        socket.send_fds(self._socket, [MARKER], [end.fileno()])

    def take_over(self) -> socket.socket | None:
        """Return the descriptor that the other side has given, ``None`` where it has ended."""
        data, handles, _, _ = socket.recv_fds(self._socket, len(MARKER), 1)
        if not data or not handles:
            return None
        os.set_inheritable(handles[0], False)
        return socket.socket(fileno=handles[0])

    def show_process(self) -> None:
        """Show the other side which process this is: the system adds its number.

        Raises:
            OSError: the other side has ended.
        """
        self._socket.sendall(MARKER)

    def other_process(self) -> int:
        """Return the number, as this process sees it, of a process that shows itself.

        This end must let credentials pass (``SO_PASSCRED``, ``man 7 unix``).

        Raises:
            OSError: the other side has ended.
        """
        data, rest, _, _ = self._socket.recvmsg(len(MARKER), socket.CMSG_SPACE(CREDENTIALS.size))
        for level, kind, content in rest:
            if data and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                return int(CREDENTIALS.unpack(content)[0])
        raise ConnectionResetError("the other side has ended")

    def fileno(self) -> int:
        """Return the descriptor of this end."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end, even if a thread waits for a message on it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for part in (self._outbox, self._inbox, self._socket):
            with contextlib.suppress(OSError):
                part.close()


def inherited_line(number: int) -> Line:
    """Return the line whose end this process inherited as the descriptor ``number``."""
    # Processes that this one starts must not inherit it.
    os.set_inheritable(number, False)
    return Line(socket.socket(fileno=number))


def pair() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a new line."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
