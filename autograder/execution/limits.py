"""Which limits a run has met, and how that is told."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course import Settings
from autograder.execution.job import Ran
from autograder.execution.told import Stopped, Told

# How Python tells of each: part of an exception's name or text.
SIGNS = {
    "memory": ("MemoryError", "Unable to allocate", "Cannot allocate memory"),
    "processes": ("Resource temporarily unavailable", "can't start new thread"),
    "file": ("File too large",),
    "scratch": ("No space left on device",),
}


def hit(told: Told, stopped: Stopped | None) -> tuple[str, ...]:
    """The names of the limits that were met, each once."""
    found = [stopped.limit] if stopped else []
    found += [name for ran in told.cells.values() for name in _of(ran)]
    found += ["evidence"] if told.left.trouble else []
    return tuple(dict.fromkeys(name for name in found if name))


def notes(told: Told, settings: Settings) -> tuple[str, ...]:
    """A sentence for each limit that a cell met."""
    met = dict.fromkeys(name for ran in told.cells.values() for name in _of(ran))
    texts = {
        "memory": f"A cell asked for more than the {settings.memory_mb:,} MiB of memory that a"
        " submission may use.",
        "processes": f"A cell wanted more than the {settings.processes} processes and threads that"
        " a submission may have.",
        "file": f"A cell wrote a file of more than {settings.file_mb:,} MiB.",
        "scratch": f"A cell filled the {settings.scratch_mb:,} MiB that a submission's files may"
        " take.",
        "output": f"A cell put out more than {settings.output_mb} MiB; the rest was left out.",
        "time": f"A cell was stopped at its time limit of {settings.cell_seconds} s.",
    }
    return tuple(texts[name] for name in met)


def _of(ran: Ran) -> Iterator[str]:
    if ran.cut:
        yield "output"
    if ran.status == "timeout":
        yield "time"
    said = f"{ran.ename}: {ran.evalue}"
    for name, signs in SIGNS.items():
        if ran.status == "error" and any(sign in said for sign in signs):
            yield name
