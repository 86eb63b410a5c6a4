"""The cache of trainings: each is done once, also where several kernels ask for it at a time.

Only the trainer fills it, never a kernel. It lies in the folder of the results and can be deleted
at any time: what is not found is trained again.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path

from autograder.core import decode
from autograder.core.atomic_write import write_atomic
from autograder.core.training import Trained, end_state

# What of a processor decides which instructions are used, and thus how numbers are rounded.
PROCESSOR = ("model name", "flags", "CPU implementer", "CPU part", "Features")


class TrainingCache:
    """A folder of trainings under these conditions; with ``fresh`` only this object's count."""

    def __init__(self, folder: Path, conditions: Iterable[str], *, fresh: bool = False) -> None:
        self._folder = folder
        self._conditions = hashlib.sha256(repr([*conditions, _processor()]).encode())
        self._fresh = fresh
        self._stored: set[str] = set()
        self._pending: dict[str, Future[bytes]] = {}
        self._lock = threading.Lock()

    def find(
        self,
        description: bytes,
        train: Callable[[bytes], bytes],
        waiting: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> bytes:
        """Find what a training left behind, or let it be done; nothing where it cannot be.

        ``waiting`` is entered while another has it done.
        """
        name = self._conditions.copy()
        name.update(description)
        key = name.hexdigest()
        with self._lock:
            pending = self._pending.get(key)
            mine = self._pending.setdefault(key, Future())
        if pending:
            with waiting():
                return pending.result()
        trained = b""
        try:
            trained = self._read(key) or train(description)
            if trained:
                self._store(key, trained)
        finally:
            with self._lock:
                del self._pending[key]
            mine.set_result(trained)
        return trained

    def _read(self, key: str) -> bytes:
        # One that is missing, cut off, or of an older version is as good as none.
        with contextlib.suppress(OSError, ValueError):
            if not self._fresh or key in self._stored:
                data = self._path(key).read_bytes()
                end_state(decode.from_msgpack(data, Trained))
                return data
        return b""

    def _store(self, key: str, trained: bytes) -> None:
        # A full disk costs speed only.
        with contextlib.suppress(OSError):
            self._path(key).parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path(key), trained)
            self._stored.add(key)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def _processor() -> list[str]:
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return sorted({line for line in lines if line.startswith(PROCESSOR)})
    return []
