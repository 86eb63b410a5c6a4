"""The cache of runs, each under the keys by which it may be found again."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import msgspec

from autograder.core.errors import writing
from autograder.core.evidence import write_whole
from autograder.grading.cache_key import CacheKeys, storage_keys
from autograder.sandbox.result import Trace


class RunCache:
    """A folder of runs. With ``fresh`` only those count that were stored through this object.

    It can be deleted at any time: what is not found is run again.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self._folder = folder
        self._fresh = fresh
        self._stored: set[str] = set()

    def find(self, keys: CacheKeys) -> tuple[Trace, bool] | None:
        """Find a run for these keys, and whether it was another submission's."""
        for key in keys.all:
            if (not self._fresh or key in self._stored) and (trace := self._read(key)):
                return trace, key != keys.own
        return None

    def store(self, keys: CacheKeys, trace: Trace) -> tuple[str, ...]:
        """Store a run; return the keys under which it will be found.

        Raises:
            ResultsError: it cannot be written.
        """
        names = storage_keys(keys, trace)
        with writing():
            for number, key in enumerate(names):
                path = self._path(key)
                path.parent.mkdir(parents=True, exist_ok=True)
                if number == 0:
                    write_whole(path, msgspec.msgpack.encode(trace))
                else:
                    _link(self._path(names[0]), path)
        self._stored.update(names)
        return names

    def _read(self, key: str) -> Trace | None:
        # One that is missing, cut off, or of an older version is as good as none.
        with contextlib.suppress(OSError, ValueError):
            return msgspec.msgpack.decode(self._path(key).read_bytes(), type=Trace)
        return None

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def _link(path: Path, name: Path) -> None:
    """Give a file another name; a copy where the file system has no second names."""
    part = name.with_name(f"{name.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(path, part)
    except OSError:
        shutil.copyfile(path, part)
    part.replace(name)
