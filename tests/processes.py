"""Commands that a test starts, and ends."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any


@contextlib.contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A command that Ctrl-C can end, and that ends with the test however that ends.

    Where the tests run in the background of a shell, SIGINT is ignored there, and by all that is
    started from there: nobody could tell an ignored signal from one that was not sent.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, **options)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()
