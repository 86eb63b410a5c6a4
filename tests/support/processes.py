"""Commands that a test starts, and ends; the memory that its own process takes."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

# A machine with many tests beside each other takes minutes for what it does in seconds alone.
PATIENCE = 600
T = TypeVar("T")


def wait_until(
    there: Callable[[], T],
    what: str = "it",
    process: subprocess.Popen[Any] | None = None,
    seconds: float = PATIENCE,
) -> T:
    """What is there at last; a process that is named has to live until then."""
    end = time.monotonic() + seconds
    while not (found := there()):
        ended = process and process.poll()
        assert ended is None, f"{what}: the process ended with {ended}"
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)
    return found


def python(
    *arguments: str | Path, check: bool = False, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments until it ends; its output is kept as text."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=check, capture_output=True, text=True, **options)


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


@contextlib.contextmanager
def memory_below(most: int) -> Iterator[None]:
    """What is done takes no more memory than this: so many bytes at a time, NumPy's among them."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
