"""The evidence of one run, made of the messages of its sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from autograder.core.config import Settings
from autograder.core.errors import EvidenceError
from autograder.core.evidence import (
    Arrays,
    Cell,
    Evidence,
    Record,
    Recorded,
    Replay,
    Run,
    decode,
    pack,
    unpack,
    unpack_arrays,
)
from autograder.core.training import MAX_REQUESTS
from autograder.sandbox.protocol import CellResult, EvidenceUpdate, Job

# Letters of an error's name, and of its text, where there is no room for more.
MAX_SHORT = 50
# An error of ours may quote what a student wrote, and each check says why it could not be made.
MAX_TROUBLE = 300
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


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run was made: the level of isolation, on which images, in a warm sandbox or not."""

    isolation: str = "none"
    data: Literal["full", "sample"] = "full"
    warm: bool = False


def evidence_of(
    job: Job,
    cells: dict[int, CellResult],
    update: EvidenceUpdate,
    *,
    conditions: Conditions,
    stopped: Stopped | None,
    seconds: float = 0.0,
    replays: Sequence[Replay] = (),
) -> Evidence:
    """Return the evidence of a run: how its cells ended, and what the recorder wrote.

    A student's code may influence ``cells`` and ``update``.
    """
    recorded, arrays, trouble = _read(update)
    met = tuple(dict.fromkeys(name for ran in cells.values() for name in _met(ran)))
    found = [stopped.limit if stopped else None, *met, "evidence" if update.trouble else None]
    run = Run(
        data=conditions.data,
        isolation=conditions.isolation,
        warm=conditions.warm,
        seconds=seconds,
        seed=int(job.settings.seed),
        stopped=stopped.why if stopped else None,
        interrupted=bool(stopped and stopped.by_others),
        trouble=trouble,
        limits=tuple(dict.fromkeys(name for name in found if name)),
        notes=tuple(_notes(met, job.settings)),
        job=job.id,
        program=job.program,
        replays=tuple(replays)[:MAX_REQUESTS],
    )
    record = Record(
        run=run,
        cells=tuple(_cell(number, cells.get(number), stopped) for number in range(len(job.cells))),
        recorded=recorded,
    )
    outputs = {number: ran.outputs for number, ran in sorted(cells.items())}
    return _readable(Evidence(record=record, arrays=arrays, outputs=outputs))


def _readable(evidence: Evidence) -> Evidence:
    """Return evidence that can be read again: without what was recorded, where it is too much.

    Each part has a limit, and together they may still have more than a record can hold.
    """
    try:
        unpack(pack(evidence))
    except EvidenceError as error:
        replace = msgspec.structs.replace
        record = evidence.record
        limits = tuple(dict.fromkeys((*record.run.limits, "evidence")))
        run = replace(record.run, trouble=str(error)[:MAX_TROUBLE], limits=limits)
        cells = tuple(
            replace(one, ename=one.ename[:MAX_SHORT], evalue=one.evalue[:MAX_SHORT])
            for one in record.cells
        )
        record = replace(record, run=run, cells=cells, recorded=None)
        return Evidence(record=record, outputs=evidence.outputs)
    return evidence


def _read(update: EvidenceUpdate) -> tuple[Recorded | None, Arrays, str | None]:
    """Return what the recorder wrote, its arrays, and why it cannot be read, if so."""
    if update.trouble or not update.recorded:
        return None, {}, update.trouble
    try:
        arrays = unpack_arrays(update.arrays) if update.arrays else {}
        return decode(update.recorded, Recorded), arrays, None
    except EvidenceError as error:
        return None, {}, str(error)[:MAX_TROUBLE]


def _cell(number: int, ran: CellResult | None, stopped: Stopped | None) -> Cell:
    if ran is None:
        return Cell(index=number)
    if ran.status == "running":
        stopped = stopped or Stopped("it did not end")
        ename = "DeadKernelError" if stopped.cell == "error" else "CellTimeoutError"
        return Cell(
            index=number,
            status=stopped.cell,
            ename=ename,
            evalue=stopped.why,
            replaced=ran.replaced,
        )
    return Cell(
        index=number,
        status=ran.status,
        ename=ran.ename,
        evalue=ran.evalue,
        seconds=ran.seconds,
        replaced=ran.replaced,
    )


def _met(ran: CellResult) -> Iterator[str]:
    if ran.cut:
        yield "output"
    if ran.status == "timeout":
        yield "time"
    error = f"{ran.ename}: {ran.evalue}"
    for name, texts in ERROR_TEXTS.items():
        if ran.status == "error" and any(text in error for text in texts):
            yield name


def _notes(limits: Iterable[str], settings: Settings) -> Iterator[str]:
    """Yield a sentence for each limit that a cell met."""
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
    return (texts[name] for name in limits)
