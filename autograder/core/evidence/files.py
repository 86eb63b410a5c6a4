"""Evidence on disk: one file, ``evidence.zip``, and beside it what is the submission's own.

The archive holds stored (never compressed) members: ``record.json``, ``outputs.json``, and each
array in NumPy's ``.npy`` format, version 1.0, of plain numbers only. It is packed by the grader
with names and dates of its own, so that nothing that a student chose is part of its structure; it
is read as untrusted input anyway. Anything else is refused before it is unpacked.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from autograder.core.atomic_write import write_atomic
from autograder.core.decode import from_json
from autograder.core.errors import EvidenceError
from autograder.core.evidence.archive import (
    arrays_in,
    content_of,
    npy,
    open_archive,
    those_that_fit,
    zipped,
)
from autograder.core.evidence.evidence import Evidence, Outputs
from autograder.core.evidence.record import SCHEMA, Record, SubmissionRecord
from autograder.core.regular_files import open_ordinary, size_of

# Names the folder to write to, in the environment of a kernel that is being graded.
EVIDENCE_VARIABLE = "AUTOGRADER_EVIDENCE"
MAX_JSON_BYTES = 4 * 2**20
EVIDENCE = "evidence.zip"
SUBMISSION = "submission.json"
RECORD = "record.json"
OUTPUTS = "outputs.json"
# What earlier versions wrote.
OLD_EVIDENCE = "evidence.json"
T = TypeVar("T")


class _Version(msgspec.Struct, frozen=True):
    schema: int = SCHEMA


class _Contents(msgspec.Struct, frozen=True):
    """``record.json``: the record, and the names of the arrays in the order of their numbers."""

    record: Record
    arrays: tuple[str, ...] = ()


class _ContentsVersion(msgspec.Struct, frozen=True):
    record: _Version = _Version()


def save(evidence: Evidence, submission: SubmissionRecord, folder: Path) -> None:
    """Write ``evidence.zip`` and ``submission.json`` into ``folder``, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / EVIDENCE, pack(evidence))
    save_submission(submission, folder)


def save_submission(submission: SubmissionRecord, folder: Path) -> None:
    """Write ``submission.json``, beside the evidence of the run that it names."""
    write_atomic(folder / SUBMISSION, msgspec.json.encode(submission))


def load(folder: Path) -> Evidence:
    """Read what :func:`save` wrote: the evidence of one submission, without outputs.

    Raises:
        EvidenceError: a file is missing, too large, of another schema or not what it should be.
    """
    if not (folder / EVIDENCE).exists() and (folder / OLD_EVIDENCE).exists():
        raise EvidenceError(
            f"{folder.name}: this evidence was written by an older version."
            " Run the submission again."
        )
    evidence = read(folder / EVIDENCE, outputs=False)
    submission = _read(folder / SUBMISSION, MAX_JSON_BYTES)
    return evidence.of(decode(submission, SubmissionRecord))


def has_evidence(folder: Path) -> bool:
    """Return whether there is evidence in a folder, of this version or an earlier one."""
    return any((folder / name).exists() for name in (EVIDENCE, OLD_EVIDENCE))


def pack(evidence: Evidence) -> bytes:
    """Pack evidence into the bytes of one archive. The same evidence gives the same bytes."""
    arrays = those_that_fit(evidence.arrays)
    contents = _Contents(evidence.record, tuple(arrays))
    members = {
        RECORD: msgspec.json.encode(contents),
        OUTPUTS: msgspec.json.encode(evidence.outputs),
        **{_member(number): npy(array) for number, array in enumerate(arrays.values())},
    }
    return zipped(members)


def unpack(data: bytes) -> Evidence:
    """Read the bytes that :func:`pack` made.

    Raises:
        EvidenceError: they are of another schema or not what they should be.
    """
    return _checked(io.BytesIO(data), "The evidence", outputs=True)


def read(path: Path, *, outputs: bool = True) -> Evidence:
    """Read an archive that :func:`pack` made; without ``outputs`` these are not checked.

    Raises:
        EvidenceError: it is missing, too large, of another schema or not what it should be.
    """
    with _opened(path) as stream:
        return _checked(stream, path.parent.name, outputs=outputs)


def _checked(stream: IO[bytes], name: str, *, outputs: bool) -> Evidence:
    try:
        with open_archive(stream, name) as archive:
            return _unpacked(archive, name, outputs=outputs)
    except EvidenceError:
        raise
    # zipfile and NumPy raise all kinds of exceptions on a hostile header.
    except Exception as error:
        raise EvidenceError(f"{name}: the evidence cannot be read: {error}") from error


def _unpacked(archive: zipfile.ZipFile, name: str, *, outputs: bool) -> Evidence:
    data = content_of(archive, RECORD, MAX_JSON_BYTES)
    _refuse_other_schema(decode(data, _ContentsVersion).record.schema, name)
    contents = decode(data, _Contents)
    members = [archive.getinfo(_member(number)) for number in range(len(contents.arrays))]
    arrays = dict(zip(contents.arrays, arrays_in(archive, members), strict=True))
    shown: Outputs = {}
    if outputs:
        shown = decode(content_of(archive, OUTPUTS), dict[int, list[Any]])
    return Evidence(record=contents.record, arrays=arrays, outputs=shown)


def _refuse_other_schema(schema: int, name: str) -> None:
    if schema == SCHEMA:
        return
    age, cure = (
        ("older", "Run the submission again.")
        if schema < SCHEMA
        else ("newer", "Install the version that wrote it, or run the submission again.")
    )
    raise EvidenceError(
        f"{name}: this evidence has schema {schema}, {age} than the {SCHEMA} that the judge reads."
        f" {cure}"
    )


def _member(number: int) -> str:
    return f"arrays/{number}.npy"


def decode(data: bytes, kind: type[T]) -> T:
    """Decode ``data`` as an object of ``kind``.

    Raises:
        EvidenceError: it does not follow the schema of ``kind``.
    """
    try:
        return from_json(data, kind)
    # DecodeError and UnicodeDecodeError are ValueErrors, and so is a number of too many digits.
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"The evidence is not what it should be: {error}") from error


def _opened(path: Path) -> IO[bytes]:
    try:
        return open_ordinary(path)
    except OSError as error:
        raise EvidenceError(f"{path.name} is missing, or is no ordinary file.") from error


def _read(path: Path, limit: int) -> bytes:
    with _opened(path) as stream:
        # Not the limit: Python takes as much memory as it is told to read.
        data = stream.read(min(size_of(stream), limit) + 1)
    if len(data) > limit:
        raise EvidenceError(f"{path.name} is larger than {limit // 2**20} MiB.")
    return data
