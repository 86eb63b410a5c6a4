"""The cache of runs, each under the keys by which it may be found again."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from autograder.core.atomic_write import write_atomic
from autograder.core.errors import EvidenceError, writing
from autograder.core.evidence import EVIDENCE, Evidence, pack, read
from autograder.grading.cache_key import CacheKeys, storage_keys


class RunCache:
    """A folder of runs. With ``fresh`` only those count that were stored through this object.

    It can be deleted at any time: what is not found is run again. The evidence beside a report is
    the same file under another name.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self._folder = folder
        self._fresh = fresh
        self._stored: set[str] = set()
        # The file of each run, by the name of the run's job.
        self._files: dict[str, Path] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there is no run that could be found."""
        return not (self._stored if self._fresh else any(self._folder.glob("*/*")))

    def find(self, keys: CacheKeys) -> tuple[Evidence, bool] | None:
        """Find a run for these keys, and whether it was another submission's."""
        for key in keys.all:
            if (not self._fresh or key in self._stored) and (evidence := self._read(key)):
                return evidence, key != keys.submission
        return None

    def store(self, keys: CacheKeys, evidence: Evidence) -> tuple[str, ...]:
        """Store a run; return the keys under which it will be found.

        Raises:
            ResultsError: it cannot be written.
        """
        names = storage_keys(keys, evidence)
        paths = [self._path(key) for key in names]
        with writing():
            for path in paths:
                path.parent.mkdir(parents=True, exist_ok=True)
                if path is paths[0]:
                    write_atomic(path, pack(evidence))
                else:
                    _link(paths[0], path)
        if paths:
            self._files[evidence.run.job] = paths[0]
        self._stored.update(names)
        return names

    def save(self, evidence: Evidence, folder: Path) -> None:
        """Save the evidence of a run in a folder: under another name where it is stored already.

        Raises:
            ResultsError: it cannot be written.
        """
        with writing():
            folder.mkdir(parents=True, exist_ok=True)
            if stored := self._files.get(evidence.run.job):
                _link(stored, folder / EVIDENCE)
            else:
                write_atomic(folder / EVIDENCE, pack(evidence))

    def _read(self, key: str) -> Evidence | None:
        path = self._path(key)
        # One that is missing, cut off, or of an older version is as good as none.
        with contextlib.suppress(EvidenceError):
            evidence = read(path)
            self._files[evidence.run.job] = path
            return evidence
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
    # Where both are names of one file already, ``rename`` leaves them as they are.
    part.unlink(missing_ok=True)
