"""The log of runs: a line of JSON each, in a file that only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

import msgspec

from autograder.core import decode
from autograder.core.errors import StudyError, writing


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A run that can be made: a recipe, a data set, a seed."""

    recipe: str
    data: str
    seed: int


class CalibrationRun(Task, frozen=True, kw_only=True):
    """A run that was made, judged on so many validation ``images``.

    ``correct`` holds the number of images classified right for each statistic, or ``None``.
    ``key`` names all that the recipe meant when it was run.
    """

    key: str
    images: int
    correct: Mapping[str, int | None]


@dataclass
class RunLog:
    """The runs in a file, and those that are added to it; a context manager."""

    path: Path
    runs: dict[tuple[str, str, str, int], CalibrationRun] = field(default_factory=dict)
    _file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        with writing():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()
            whole = self._read()
            self._file = self.path.open("ab")
            # A line without an end was being written when the program was ended.
            self._file.truncate(whole)
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def _read(self) -> int:
        """Read the complete lines; return their number of bytes."""
        whole = 0
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), start=1):
            if not line.endswith(b"\n"):
                break
            try:
                self._store(decode.from_json(line, CalibrationRun))
            except msgspec.DecodeError as error:
                raise StudyError(f"{self.path}, line {number}, is no run: {error}.") from None
            whole += len(line)
        return whole

    def _store(self, run: CalibrationRun) -> None:
        self.runs[run.key, run.recipe, run.data, run.seed] = run

    def add(self, run: CalibrationRun) -> None:
        """Store a run, in the file at once."""
        assert self._file
        with writing():
            self._file.write(msgspec.json.encode(run) + b"\n")
            self._file.flush()
        self._store(run)

    def has(self, key: str, task: Task) -> bool:
        """Return whether a run was made already."""
        return (key, task.recipe, task.data, task.seed) in self.runs

    def of(self, key: str, recipe: str, data: str) -> list[CalibrationRun]:
        """Return the runs of one recipe on one dataset, in the order of their seeds."""
        found = [
            run
            for (run_key, name, dataset, _), run in self.runs.items()
            if (run_key, name, dataset) == (key, recipe, data)
        ]
        return sorted(found, key=lambda run: run.seed)
