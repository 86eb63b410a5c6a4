"""The evidence of mutants in an archive: small enough to store with the tests.

A zip named after the lesson. ``records.json.xz`` in it has a record for each mutant; in ``arrays/``
is each array once, named after its content and its precision
(:mod:`autograder.authoring.mutation.fixtures`).
"""

from __future__ import annotations

import lzma
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.authoring.mutation import quantize
from autograder.authoring.mutation.make import MutantNotebook
from autograder.core.atomic_write import write_atomic
from autograder.core.errors import EvidenceError
from autograder.core.evidence import SCHEMA, Arrays, Evidence, Record, decode
from autograder.core.evidence.archive import zipped

RECORDS = "records.json.xz"
ARRAYS = "arrays/"


class StoredMutant(msgspec.Struct, frozen=True):
    """A mutant: the digest of its program, its record, and the file of each of its arrays."""

    program: str
    record: Record
    arrays: dict[str, str]


class _Entries(msgspec.Struct, frozen=True):
    schema: int
    mutants: dict[str, StoredMutant]


def cure(lesson: str) -> str:
    """Say what to do where evidence is missing or out of date."""
    return f"run `autograder mutants --lesson {lesson} --store`"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What lies in an archive: a record for each mutant, and its arrays."""

    entries: Mapping[str, StoredMutant]
    arrays: Arrays

    def evidence(self, name: str) -> Evidence:
        """Return the evidence of one mutant."""
        entry = self.entries[name]
        arrays = {array: self.arrays[file] for array, file in entry.arrays.items()}
        return Evidence(record=entry.record, arrays=arrays)


def read(path: Path) -> Stored:
    """Return all that lies in an archive.

    Raises:
        EvidenceError: there is nothing, or it cannot be read.
    """
    members = _members(path)
    entries = _entries(members, path)
    files = {file for entry in entries.values() for file in entry.arrays.values()}
    arrays = {file: quantize.unpack(members[_member(file)]) for file in files}
    return Stored(entries=entries, arrays=arrays)


def write(path: Path, entries: Mapping[str, StoredMutant], packed: Mapping[str, bytes]) -> int:
    """Write records, new arrays, and those arrays of the old archive that a record names.

    Returns:
        The bytes of the whole archive.
    """
    there = _members(path) if path.is_file() else {}
    there |= {_member(file): content for file, content in packed.items()}
    named = {_member(file) for entry in entries.values() for file in entry.arrays.values()}
    records = _Entries(SCHEMA, dict(sorted(entries.items())))
    members = {
        RECORDS: lzma.compress(msgspec.json.encode(records), preset=9),
        **{name: there[name] for name in sorted(named)},
    }
    content = zipped(members)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)
    return len(content)


def stale(
    entries: Mapping[str, StoredMutant], notebooks: Iterable[MutantNotebook], lesson: str
) -> list[str]:
    """Return why stored evidence is out of date; ``notebooks`` are all mutants that there are."""
    now = cure(lesson)
    programs = {one.name: one.program for one in notebooks}
    reasons = []
    for name, program in programs.items():
        if name not in entries:
            reasons.append(f"{name} is not stored yet: {now}.")
        elif entries[name].program != program:
            reasons.append(f"The program of {name} has changed: {now}.")
    return reasons + [
        f"{name} is no mutant any more: {now}." for name in sorted(entries.keys() - programs.keys())
    ]


def entries(path: Path) -> Mapping[str, StoredMutant]:
    """Return the entries in an archive, none where there is no archive or an old one."""
    try:
        return _entries(_members(path), path)
    except EvidenceError:
        return {}


def _entries(members: Mapping[str, bytes], path: Path) -> dict[str, StoredMutant]:
    found = decode(lzma.decompress(members[RECORDS]), _Entries)
    if found.schema != SCHEMA:
        raise EvidenceError(
            f"The evidence in {path} has another schema than the judge's: {cure(path.stem)}."
        )
    return found.mutants


def _members(path: Path) -> dict[str, bytes]:
    if not path.is_file():
        raise EvidenceError(f"No evidence of mutants is stored in {path}: {cure(path.stem)}.")
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile) as error:
        raise EvidenceError(f"{path} cannot be read ({error}): {cure(path.stem)}.") from error


def _member(file: str) -> str:
    return f"{ARRAYS}{file}.xz"
