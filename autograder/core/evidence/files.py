"""Evidence on disk: one file, ``evidence.zip``, and beside it what is the submission's own.

The archive holds stored (never compressed) members: ``record.json``, ``outputs.json``, and each
array in NumPy's ``.npy`` format, version 1.0, of plain numbers only. It is packed by the grader
with names and dates of its own, so that nothing that a student chose is part of its structure; it
is read as untrusted input anyway. Anything else is refused before it is unpacked.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core.errors import EvidenceError
from autograder.core.evidence.evidence import Arrays, Evidence, Outputs
from autograder.core.evidence.record import SCHEMA, Record, SubmissionRecord
from autograder.core.regular_files import open_ordinary, size_of

# Names the folder to write to, in the environment of a kernel that is being graded.
EVIDENCE_VARIABLE = "AUTOGRADER_EVIDENCE"
MAX_JSON_BYTES = 4 * 2**20
MAX_ARRAY_BYTES = 64 * 2**20
MAX_ARRAYS = 4096
MAX_DIMENSIONS = 8
# What a member costs in the archive besides its numbers: three headers and its name twice.
OVERHEAD = 1024
MAX_MEMBERS = MAX_ARRAYS + 2
# The end of an archive, and what stands before it in one of more than 4 GiB (APPNOTE.TXT of PKWARE,
# 4.3.16 and 4.3.15).
END = struct.Struct("<4s4H2LH")
END_SIGN = b"PK\x05\x06"
LARGE_END = b"PK\x06\x07"
LARGE_END_BYTES = 16

T = TypeVar("T")


EVIDENCE = "evidence.zip"
SUBMISSION = "submission.json"
RECORD = "record.json"
OUTPUTS = "outputs.json"
# What earlier versions wrote.
OLD_EVIDENCE = "evidence.json"


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
    write_whole(folder / EVIDENCE, pack(evidence))
    save_submission(submission, folder)


def save_submission(submission: SubmissionRecord, folder: Path) -> None:
    """Write ``submission.json``, beside the evidence of the run that it names."""
    write_whole(folder / SUBMISSION, msgspec.json.encode(submission))


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
    arrays = _that_fit(evidence.arrays)
    contents = _Contents(evidence.record, tuple(arrays))
    members = {
        RECORD: msgspec.json.encode(contents),
        OUTPUTS: msgspec.json.encode(evidence.outputs),
        **{_member(number): _npy(array) for number, array in enumerate(arrays.values())},
    }
    return _zipped(members)


def unpack(data: bytes) -> Evidence:
    """Read the bytes that :func:`pack` made.

    Raises:
        EvidenceError: they are of another schema or not what they should be.
    """
    return _checked(io.BytesIO(data), "The evidence", outputs=True)


def read(path: Path, *, outputs: bool = True) -> Evidence:
    """Read an archive that :func:`pack` made; without ``outputs`` these are not looked at.

    Raises:
        EvidenceError: it is missing, too large, of another schema or not what it should be.
    """
    with _opened(path) as stream:
        return _checked(stream, path.parent.name, outputs=outputs)


def _checked(stream: IO[bytes], name: str, *, outputs: bool) -> Evidence:
    try:
        with _archive(stream, name) as archive:
            return _unpacked(archive, name, outputs=outputs)
    except EvidenceError:
        raise
    # zipfile and NumPy raise all kinds of exceptions on a hostile header.
    except Exception as error:
        raise EvidenceError(f"{name}: the evidence cannot be read: {error}") from error


def _unpacked(archive: zipfile.ZipFile, name: str, *, outputs: bool) -> Evidence:
    data = _content(archive, RECORD, MAX_JSON_BYTES)
    _refuse_other_schema(decode(data, _ContentsVersion).record.schema, name)
    contents = decode(data, _Contents)
    members = [archive.getinfo(_member(number)) for number in range(len(contents.arrays))]
    arrays = dict(zip(contents.arrays, _arrays(archive, members), strict=True))
    shown: Outputs = {}
    if outputs:
        shown = decode(archive.read(_sound(archive.getinfo(OUTPUTS))), dict[int, list[Any]])
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


def decode(data: bytes, kind: type[T]) -> T:
    """Decode ``data`` as an object of ``kind``.

    Raises:
        EvidenceError: it does not follow the schema of ``kind``.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    # DecodeError and UnicodeDecodeError are ValueErrors, and so is a number of too many digits.
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"The evidence is not what it should be: {error}") from error


def pack_arrays(arrays: Arrays) -> bytes:
    """Pack arrays into the bytes of an archive that :func:`unpack_arrays` reads.

    Arrays that it would refuse are left out: those of anything but numbers, and where all together
    are too large those that were added first.
    """
    # Not savez: its keyword arguments cannot hold every name.
    return _zipped({f"{name}.npy": _npy(array) for name, array in _that_fit(arrays).items()})


def unpack_arrays(data: bytes) -> Arrays:
    """Read an archive of arrays: numbers only, at most 64 MiB, never a pickle.

    Raises:
        EvidenceError: the archive lies about its size, or holds anything but plain numbers.
    """
    try:
        with _archive(io.BytesIO(data), "The archive of arrays") as archive:
            members = archive.infolist()
            names = [member.filename.removesuffix(".npy") for member in members]
            return dict(zip(names, _arrays(archive, members), strict=True))
    except EvidenceError:
        raise
    except Exception as error:
        raise EvidenceError(f"The arrays cannot be read: {error}") from error


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            # Without a date, so that the same content gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def _member(number: int) -> str:
    return f"arrays/{number}.npy"


def _that_fit(arrays: Arrays) -> dict[str, NDArray[Any]]:
    chosen: dict[str, NDArray[Any]] = {}
    left = MAX_ARRAY_BYTES
    for name, given in reversed(list(arrays.items())):
        array = np.asarray(given)
        size = array.nbytes + OVERHEAD + 2 * len(name.encode())
        if _is_plain(array.dtype, array.shape) and size <= left and len(chosen) < MAX_ARRAYS:
            chosen[name] = array
            left -= size
    return dict(reversed(chosen.items()))


def _is_plain(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bool:
    # Numbers of more than 64 bits are computed a hundred times as slowly, and no layer has them.
    return dtype.kind in "iuf" and dtype.itemsize <= 8 and len(shape) <= MAX_DIMENSIONS


def _archive(stream: IO[bytes], name: str) -> zipfile.ZipFile:
    """Open an archive whose directory is as small as ours are.

    It is looked at first: a directory of a million members fills the memory, and so does one that
    is said to be longer than the file.
    """
    size = stream.seek(0, io.SEEK_END)
    if size < END.size:
        raise EvidenceError(f"{name} is no archive of ours.")
    stream.seek(max(0, size - len(LARGE_END) - LARGE_END_BYTES - END.size))
    ending = stream.read()
    sign, _, _, here, members, length, _, comment = END.unpack(ending[-END.size :])
    if sign != END_SIGN or comment or LARGE_END in ending[: -END.size]:
        raise EvidenceError(f"{name} is no archive of ours.")
    if max(here, members) > MAX_MEMBERS or length > MAX_MEMBERS * OVERHEAD:
        raise EvidenceError(f"{name} holds more than {MAX_ARRAYS} arrays.")
    return zipfile.ZipFile(stream)


def _content(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    member = _sound(archive.getinfo(name))
    if member.file_size > limit:
        raise EvidenceError(f"{name} is larger than {limit // 2**20} MiB.")
    return archive.read(member)


def _sound(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    if member.compress_type != zipfile.ZIP_STORED:
        raise EvidenceError("The evidence is compressed, which it never is.")
    if member.file_size != member.compress_size:
        raise EvidenceError("An array is not as long as the archive says.")
    return member


def _arrays(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> list[NDArray[Any]]:
    # Members may overlap, so that together they are larger than the archive.
    if sum(_sound(member).file_size for member in members) > MAX_ARRAY_BYTES:
        raise EvidenceError(f"The arrays unpack to more than {MAX_ARRAY_BYTES} bytes.")
    return [_array(archive.read(member)) for member in members]


def _array(content: bytes) -> NDArray[Any]:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise EvidenceError("An array is written in a format that the judge does not read.")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if not _is_plain(dtype, shape):
        raise EvidenceError(f"An array of type {dtype} and shape {shape} is no evidence.")
    body = content[stream.tell() :]
    if math.prod(shape) * dtype.itemsize != len(body):
        raise EvidenceError("An array is not as long as it says.")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a half.

    A new file, whatever lies there: to write into another name of a file would change both.
    """
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    partial.write_bytes(data)
    partial.replace(path)


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
