"""The evidence of mutants in an archive: small enough to lie beside the tests, judged in seconds.

``records.json.xz`` has a record for each mutant; in ``arrays/`` lies each array once, named after
what is in it and how finely it is kept (:mod:`autograder.authoring.mutation.fixtures`). The folder
is named after the lesson.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.authoring.mutation import quantize
from autograder.authoring.mutation.make import MutantNotebook
from autograder.core.errors import EvidenceError
from autograder.core.evidence import SCHEMA, Arrays, Evidence, Record, decode, write_whole

RECORDS = "records.json.xz"
ARRAYS = "arrays"


class StoredMutant(msgspec.Struct, frozen=True):
    """A mutant: the digest of its program, its record, and the file of each of its arrays."""

    program: str
    record: Record
    arrays: dict[str, str]


class _Entries(msgspec.Struct, frozen=True):
    schema: int
    mutants: dict[str, StoredMutant]


def cure(lesson: str) -> str:
    """What to do where evidence is missing or out of date."""
    return f"run `autograder mutants --lesson {lesson} --store`"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What lies in an archive: a record for each mutant, and its arrays."""

    entries: Mapping[str, StoredMutant]
    arrays: Arrays

    def evidence(self, name: str) -> Evidence:
        """The evidence of one mutant."""
        entry = self.entries[name]
        arrays = {array: self.arrays[file] for array, file in entry.arrays.items()}
        return Evidence(record=entry.record, arrays=arrays)


def read(folder: Path) -> Stored:
    """All that lies in an archive.

    Raises:
        EvidenceError: there is nothing, or it cannot be read.
    """
    entries = _entries(folder)
    files = {file for entry in entries.values() for file in entry.arrays.values()}
    arrays = {file: quantize.unpack(_path(folder, file).read_bytes()) for file in files}
    return Stored(entries=entries, arrays=arrays)


def write(folder: Path, entries: Mapping[str, StoredMutant], packed: Mapping[str, bytes]) -> int:
    """Write records, and the arrays that are not there yet; what nothing names is removed.

    Returns:
        The bytes of the whole archive.
    """
    (folder / ARRAYS).mkdir(parents=True, exist_ok=True)
    for file, content in packed.items():
        if not _path(folder, file).exists():
            write_whole(_path(folder, file), content)
    records = _Entries(SCHEMA, dict(sorted(entries.items())))
    write_whole(folder / RECORDS, lzma.compress(msgspec.json.encode(records), preset=9))
    named = {file for entry in entries.values() for file in entry.arrays.values()}
    for path in (folder / ARRAYS).iterdir():
        if path.stem not in named:
            path.unlink()
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def stale(
    entries: Mapping[str, StoredMutant], made: Iterable[MutantNotebook], lesson: str
) -> list[str]:
    """Why what is stored is out of date, in sentences; ``made`` are all mutants that there are."""
    now = cure(lesson)
    programs = {one.name: one.program for one in made}
    told = []
    for name, program in programs.items():
        if name not in entries:
            told.append(f"{name} is not stored yet: {now}.")
        elif entries[name].program != program:
            told.append(f"The program of {name} has changed: {now}.")
    return told + [
        f"{name} is no mutant any more: {now}." for name in sorted(entries.keys() - programs.keys())
    ]


def entries(folder: Path) -> Mapping[str, StoredMutant]:
    """The entries in an archive, none where there is no archive or an old one."""
    try:
        return _entries(folder)
    except EvidenceError:
        return {}


def _entries(folder: Path) -> dict[str, StoredMutant]:
    path = folder / RECORDS
    if not path.is_file():
        raise EvidenceError(f"No evidence of mutants is stored in {folder}: {cure(folder.name)}.")
    found = decode(lzma.decompress(path.read_bytes()), _Entries)
    if found.schema != SCHEMA:
        raise EvidenceError(
            f"The evidence in {folder} has another schema than the judge's: {cure(folder.name)}."
        )
    return found.mutants


def _path(folder: Path, file: str) -> Path:
    return folder / ARRAYS / f"{file}.xz"
