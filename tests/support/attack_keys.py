"""A login session's keyring with a secret in it, as whoever grades may have one (``keyctl(2)``)."""

from __future__ import annotations

import ctypes
import platform

ADD, CONTROL = {"x86_64": (248, 250), "aarch64": (217, 219)}.get(platform.machine(), (0, 0))
JOIN, READ = 1, 11
SESSION = -3


def start_session(secret: str) -> bool:
    """Begin a session whose keyring holds a secret; whether this system has such a thing."""
    try:
        _call(CONTROL, JOIN, None, 0, 0, 0)
        _call(ADD, b"user", b"of-the-grader", secret.encode(), len(secret), SESSION)
    except OSError:
        return False
    return True


def session_keys() -> dict[int, bytes]:
    """What the session's keyring holds."""
    serials = memoryview(_read(SESSION)).cast("i").tolist()
    return {serial: _read(serial) for serial in serials}


def _read(serial: int) -> bytes:
    buffer = ctypes.create_string_buffer(4096)
    length = _call(CONTROL, READ, serial, buffer, 4096, 0)
    return buffer.raw[:length]


def _call(number: int, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    answer: int = library.syscall(number, *arguments) if number else -1
    if answer < 0:
        raise OSError(ctypes.get_errno(), "the system has no keyrings")
    return answer
