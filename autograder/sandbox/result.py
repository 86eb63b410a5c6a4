"""The result of one run: all that evidence is made of, in a form to be stored and sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from autograder.core.config import Settings
from autograder.core.errors import EvidenceError
from autograder.core.evidence import Arrays, Recorded, decode, read_arrays
from autograder.sandbox.protocol import CellResult

# How Python reports each limit: part of an exception's name or text.
ERROR_TEXTS = {
    "memory": ("MemoryError", "Unable to allocate", "Cannot allocate memory"),
    "processes": ("Resource temporarily unavailable", "can't start new thread"),
    "file": ("File too large",),
    "scratch": ("No space left on device",),
}


class Stopped(msgspec.Struct, frozen=True):
    """Why a run stopped before the end, and how the cell ended that ran just then.

    ``by_others``: perhaps not through anything that the notebook did.
    """

    why: str
    cell: Literal["timeout", "error"] = "error"
    limit: str | None = None
    by_others: bool = False


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One run: how its cells ended, what the recorder wrote, under which conditions it was made.

    A student's code may influence ``cells``, ``recorded`` and ``arrays``. ``job`` names the
    run, and ``program`` what was run in it.
    """

    cells: dict[int, CellResult] = {}
    recorded: bytes = b""
    arrays: bytes = b""
    trouble: str | None = None
    stopped: Stopped | None = None
    seconds: float = 0.0
    isolation: str = "none"
    warm: bool = False
    data: Literal["full", "sample"] = "full"
    settings: Settings = Settings()
    job: str = ""
    program: str = ""

    def read(self) -> tuple[Recorded | None, Arrays, str | None]:
        """Return what the recorder wrote, its arrays, and why it cannot be read, if so."""
        if self.trouble or not self.recorded:
            return None, {}, self.trouble
        with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
            path = Path(folder) / "recorded.npz"
            path.write_bytes(self.arrays)
            try:
                arrays = read_arrays(path) if self.arrays else {}
                return decode(self.recorded, Recorded), arrays, None
            except EvidenceError as error:
                return None, {}, str(error)

    @property
    def limits(self) -> tuple[str, ...]:
        """The names of the limits that were met, each once."""
        found = [self.stopped.limit] if self.stopped else []
        found += [*self._met_by_cells, *(["evidence"] if self.trouble else [])]
        return tuple(dict.fromkeys(name for name in found if name))

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each limit that a cell met."""
        settings = self.settings
        texts = {
            "memory": f"A cell asked for more than the {settings.memory_mb:,} MiB of memory that a"
            " submission may use.",
            "processes": f"A cell wanted more than the {settings.processes} processes and threads"
            " that a submission may have.",
            "file": f"A cell wrote a file of more than {settings.file_mb:,} MiB.",
            "scratch": f"A cell filled the {settings.scratch_mb:,} MiB that a submission's files"
            " may take.",
            "output": f"A cell put out more than {settings.output_mb} MiB; the rest was left out.",
            "time": f"A cell was stopped at its time limit of {settings.cell_seconds} s.",
        }
        return tuple(texts[name] for name in self._met_by_cells)

    @property
    def _met_by_cells(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for ran in self.cells.values() for name in _met(ran)))


def _met(ran: CellResult) -> Iterator[str]:
    if ran.cut:
        yield "output"
    if ran.status == "timeout":
        yield "time"
    error = f"{ran.ename}: {ran.evalue}"
    for name, texts in ERROR_TEXTS.items():
        if ran.status == "error" and any(text in error for text in texts):
            yield name
