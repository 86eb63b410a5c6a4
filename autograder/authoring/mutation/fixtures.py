"""Reduced evidence: as few epochs and as coarse arrays as give the same verdicts."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from numpy.typing import NDArray

from autograder.authoring.mutation import quantize
from autograder.authoring.mutation.run_mutants import MutantRun
from autograder.authoring.mutation.stored_mutants import StoredMutant
from autograder.core.config import Settings
from autograder.core.evidence import Evidence, Record, digest_of
from autograder.core.lesson import Lesson
from autograder.core.verdicts import Verdicts
from autograder.judge.runner import judge

# How far a measure, such as the accuracy, may be from what it was.
NEAR = 0.005
# Two show whether the weights moved at all.
EPOCHS = 2
OF_FITS = "fit-"

# The digest of each of a mutant's arrays, by the array's name.
Digests = Mapping[str, str]


class _Arrays:
    """Arrays, each once, by a digest of its content, and the current precision of each."""

    def __init__(self) -> None:
        self._exact: dict[str, NDArray[Any]] = {}
        self._precisions: dict[str, int] = {}
        self._packed: dict[str, bytes] = {}

    def add(self, array: NDArray[Any]) -> str:
        """Store an array; return its digest."""
        digest = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
        name = digest.hexdigest()[:16]
        self._exact[name] = array
        self._precisions.setdefault(name, 0)
        return name

    def refine(self, digest: str) -> None:
        """Raise the precision of an array."""
        self._precisions[digest] = min(self._precisions[digest] + 1, quantize.EXACT)

    def file(self, digest: str) -> str:
        """Return the name of the file for an array, at its current precision."""
        return f"{digest}-{self._precisions[digest]}"

    def packed(self, digest: str) -> bytes:
        """Return the content of that file."""
        file = self.file(digest)
        if file not in self._packed:
            self._packed[file] = quantize.pack(self._exact[digest], self._precisions[digest])
        return self._packed[file]


def thinned(
    ran: Sequence[MutantRun], lesson: Lesson, settings: Settings
) -> tuple[dict[str, StoredMutant], dict[str, bytes]]:
    """Return entries for an archive, and the files of their arrays."""
    whole = [(one.notebook.name, one.evidence) for one in ran]
    wanted = judge(whole, lesson, settings=settings)
    shorter = [(name, _last_epochs(evidence)) for name, evidence in whole]
    enough = judge(shorter, lesson, settings=settings)
    chosen = {
        name: short if _alike(enough[name], wanted[name]) else evidence
        for (name, evidence), (_, short) in zip(whole, shorter, strict=True)
    }
    arrays = _Arrays()
    digests = {
        name: {array: arrays.add(one) for array, one in evidence.arrays.items()}
        for name, evidence in chosen.items()
    }

    def thin(name: str) -> Evidence:
        return _coarsened(chosen[name], digests[name], arrays)

    def judged() -> dict[str, Verdicts]:
        return judge([(name, thin(name)) for name in chosen], lesson, settings=settings)

    # It ends: in the end all arrays are exact. The answers and the means, which are
    # larger, take turns: mostly only one of them has to be finer.
    for means in itertools.cycle((False, True)):
        other = [name for name, one in judged().items() if not _alike(one, wanted[name])]
        if not other:
            break
        for digest in {
            digest
            for name in other
            for array, digest in digests[name].items()
            if array.startswith(OF_FITS) is means
        }:
            arrays.refine(digest)
    programs = {one.notebook.name: one.notebook.program for one in ran}
    entries = {
        name: StoredMutant(
            program=program,
            record=_timeless(thin(name).record),
            arrays={array: arrays.file(key) for array, key in digests[name].items()},
        )
        for name, program in programs.items()
    }
    files = {
        arrays.file(key): arrays.packed(key) for each in digests.values() for key in each.values()
    }
    return entries, files


def _last_epochs(evidence: Evidence) -> Evidence:
    """Return evidence with the means of only the last epochs of each training."""
    recorded = evidence.recorded
    if recorded is None:
        return evidence
    means = {f"fit-{fit.number}/{name}" for fit in recorded.fits for name in fit.means}
    fits = tuple(replace(fit, snapshots=fit.snapshots[-EPOCHS:]) for fit in recorded.fits)
    return Evidence(
        record=replace(evidence.record, recorded=replace(recorded, fits=fits)),
        arrays={
            name: one[-EPOCHS:] if name in means else one for name, one in evidence.arrays.items()
        },
    )


def _coarsened(evidence: Evidence, digests: Digests, arrays: _Arrays) -> Evidence:
    read = {name: quantize.unpack(arrays.packed(digest)) for name, digest in digests.items()}
    return Evidence(record=_restated(evidence, read), arrays=read)


def _restated(evidence: Evidence, coarse: Mapping[str, NDArray[Any]]) -> Record:
    """Return the record in which a training left the coarse weights that stand for its own."""
    recorded = evidence.recorded
    if recorded is None:
        return evidence.record
    new = {
        digest_of(array): digest_of(coarse[name])
        for name, array in evidence.arrays.items()
        if not name.startswith(OF_FITS)
    }

    def restated(state: str) -> str:
        return " ".join(new.get(one, one) for one in state.split())

    fits = tuple(
        replace(fit, start=restated(fit.start), states=tuple(map(restated, fit.states)))
        for fit in recorded.fits
    )
    return replace(evidence.record, recorded=replace(recorded, fits=fits))


def _alike(one: Verdicts, other: Verdicts) -> bool:
    """Return whether the checks have the same outcomes and nearly the same measures."""
    same = [(check.id, check.outcome, check.misconception) for check in one.checks] == [
        (check.id, check.outcome, check.misconception) for check in other.checks
    ]
    return (
        same
        and one.measures.keys() == other.measures.keys()
        and not any(abs(one.measures[name] - other.measures[name]) > NEAR for name in one.measures)
    )


def _timeless(record: Record) -> Record:
    """Return the record without durations, which are different every time."""
    cells = tuple(replace(cell, seconds=0.0) for cell in record.cells)
    return replace(record, run=replace(record.run, seconds=0.0), cells=cells)
