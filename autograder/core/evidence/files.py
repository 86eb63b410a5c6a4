"""Evidence on disk: ``evidence.json`` and ``arrays.npz``, read as untrusted input.

An archive of arrays holds stored (never compressed) members in NumPy's ``.npy`` format, version
1.0, of plain numbers only. Anything else is refused before it is unpacked.
"""

from __future__ import annotations

import io
import math
import zipfile
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from autograder.core.errors import EvidenceError
from autograder.core.evidence.evidence import Arrays, Evidence
from autograder.core.evidence.record import SCHEMA, Record
from autograder.core.regular_files import open_ordinary, size_of

# Names the folder to write to, in the environment of a kernel that is being graded.
EVIDENCE_VARIABLE = "AUTOGRADER_EVIDENCE"
MAX_JSON_BYTES = 4 * 2**20
MAX_ARRAY_BYTES = 64 * 2**20
MAX_ARRAYS = 4096
MAX_DIMENSIONS = 8
# What a member costs in the archive besides its numbers: three headers and its name twice.
OVERHEAD = 1024
ENTRY = b"PK\x01\x02"

T = TypeVar("T")


class _Version(msgspec.Struct, frozen=True):
    schema: int = SCHEMA


def save(evidence: Evidence, folder: Path) -> None:
    """Write ``arrays.npz`` and ``evidence.json`` into ``folder``, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "arrays.npz", pack_arrays(evidence.arrays))
    write_whole(folder / "evidence.json", msgspec.json.encode(evidence.record))


def load(folder: Path) -> Evidence:
    """Read what :func:`save` wrote.

    Raises:
        EvidenceError: a file is missing, too large, of another schema or not what it should be.
    """
    data = _read(folder / "evidence.json", MAX_JSON_BYTES)
    schema = decode(data, _Version).schema
    if schema != SCHEMA:
        age, cure = (
            ("older", "Run the submission again.")
            if schema < SCHEMA
            else ("newer", "Install the version that wrote it, or run the submission again.")
        )
        raise EvidenceError(
            f"{folder.name}: this evidence has schema {schema}, {age} than the {SCHEMA} that the"
            f" judge reads. {cure}"
        )
    return Evidence(record=decode(data, Record), arrays=read_arrays(folder / "arrays.npz"))


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
    """Pack arrays into the bytes of an archive that :func:`read_arrays` reads.

    Arrays that it would refuse are left out: those of anything but numbers, and where all together
    are too large those that were added first.
    """
    buffer = io.BytesIO()
    # Not savez: its keyword arguments cannot hold every name.
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in _that_fit(arrays).items():
            part = io.BytesIO()
            np.lib.format.write_array(part, array, version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue())
    return buffer.getvalue()


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


def read_arrays(path: Path) -> Arrays:
    """Read an archive of arrays: numbers only, at most 64 MiB, never a pickle.

    Raises:
        EvidenceError: the archive lies about its size, or holds anything but plain numbers.
    """
    if not path.exists() and not path.is_symlink():
        return {}
    data = _read(path, MAX_ARRAY_BYTES)
    # Counted before it is opened, because a list of a million members fills the memory.
    if data.count(ENTRY) > MAX_ARRAYS:
        raise EvidenceError(f"{path.name} holds more than {MAX_ARRAYS} arrays.")
    try:
        return _unpacked(data)
    except EvidenceError:
        raise
    # zipfile and NumPy raise all kinds of exceptions on a hostile header.
    except Exception as error:
        raise EvidenceError(f"{path.name} cannot be read: {error}") from error


def _unpacked(data: bytes) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    left = MAX_ARRAY_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise EvidenceError("The arrays are compressed, which evidence never is.")
            if member.file_size != member.compress_size:
                raise EvidenceError("An array is not as long as the archive says.")
            left -= member.file_size
            # Members may overlap, so that together they are larger than the archive.
            if left < 0:
                raise EvidenceError(f"The arrays unpack to more than {MAX_ARRAY_BYTES} bytes.")
            arrays[member.filename.removesuffix(".npy")] = _array(archive.read(member))
    return arrays


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
    """Write a file so that a reader sees the old content or the new, never a half."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


def _read(path: Path, limit: int) -> bytes:
    try:
        with open_ordinary(path) as stream:
            # Not the limit: Python takes as much memory as it is told to read.
            data = stream.read(min(size_of(stream), limit) + 1)
    except OSError as error:
        raise EvidenceError(f"{path.name} is missing, or is no ordinary file.") from error
    if len(data) > limit:
        raise EvidenceError(f"{path.name} is larger than {limit // 2**20} MiB.")
    return data
