"""One command at a time writes into a folder of results."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from autograder.core import decode, printable
from autograder.core.atomic_write import write_atomic
from autograder.core.errors import writing

LOCK = ".lock"
HOLDER = ".lock.json"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The command that holds a folder of results, for the one that waits; the system locks."""

    command: str
    process: int
    host: str
    since: str


@contextlib.contextmanager
def lock_results(results: Path, command: str, report: Callable[[str], None]) -> Iterator[None]:
    """Hold a folder of results; where another command holds it, ``report`` which one, and wait.

    A command that has died holds nothing: its lock ends with it.

    Raises:
        ResultsError: nothing can be written there.
    """
    lock = FileLock(results / LOCK)
    with writing():
        results.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(f"Waiting for {_holder(results)}. Ctrl-C stops.")
            lock.acquire()
    try:
        with writing():
            write_atomic(results / HOLDER, msgspec.json.encode(_ourselves(command)))
        yield
    finally:
        (results / HOLDER).unlink(missing_ok=True)
        lock.release()


def _ourselves(command: str) -> Holder:
    now = datetime.now(UTC)
    return Holder(
        command=command,
        process=os.getpid(),
        host=socket.gethostname(),
        since=f"{now:%Y-%m-%d %H:%M:%S} UTC",
    )


def _holder(results: Path) -> str:
    """Describe who is writing into the folder now."""
    who = "another command"
    # It may have begun a moment ago, or just have ended.
    with contextlib.suppress(OSError, ValueError):
        one = decode.from_json((results / HOLDER).read_bytes(), Holder)
        who = f"“{one.command}” (process {one.process} on {one.host}, since {one.since})"
    return printable.line(f"{who}, which writes into {results}")
