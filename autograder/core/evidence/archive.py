"""Archives of arrays: stored, never compressed, in NumPy's ``.npy`` format, plain numbers only.

They are read as untrusted input: what these functions would not have written is refused before it
is unpacked.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from autograder.core.errors import EvidenceError

Arrays = Mapping[str, NDArray[Any]]

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


def pack_arrays(arrays: Arrays) -> bytes:
    """Pack arrays into the bytes of an archive that :func:`unpack_arrays` reads.

    Arrays that it would refuse are left out: those of anything but numbers, and where all together
    are too large those that were added first.
    """
    # Not savez: its keyword arguments cannot hold every name.
    return zipped({f"{name}.npy": npy(array) for name, array in those_that_fit(arrays).items()})


def unpack_arrays(data: bytes) -> Arrays:
    """Read an archive of arrays: numbers only, at most 64 MiB, never a pickle.

    Raises:
        EvidenceError: the archive lies about its size, or holds anything but plain numbers.
    """
    try:
        with open_archive(io.BytesIO(data), "The archive of arrays") as archive:
            members = archive.infolist()
            names = [member.filename.removesuffix(".npy") for member in members]
            return dict(zip(names, arrays_in(archive, members), strict=True))
    except EvidenceError:
        raise
    except Exception as error:
        raise EvidenceError(f"The arrays cannot be read: {error}") from error


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return an archive of these members. The same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            # Without a date.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def npy(array: NDArray[Any]) -> bytes:
    """Return an array as a ``.npy`` file, version 1.0."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def those_that_fit(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Return the arrays that would be read again; the last ones where all are too large."""
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


def open_archive(stream: IO[bytes], name: str) -> zipfile.ZipFile:
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


def content_of(archive: zipfile.ZipFile, name: str, limit: int | None = None) -> bytes:
    """Return the content of a member of ``limit`` bytes at most.

    Raises:
        EvidenceError: it is larger, or not stored as it should be.
    """
    member = _sound(archive.getinfo(name))
    if limit is not None and member.file_size > limit:
        raise EvidenceError(f"{name} is larger than {limit // 2**20} MiB.")
    return archive.read(member)


def _sound(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    if member.compress_type != zipfile.ZIP_STORED:
        raise EvidenceError("The evidence is compressed, which it never is.")
    if member.file_size != member.compress_size:
        raise EvidenceError("An array is not as long as the archive says.")
    return member


def arrays_in(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> list[NDArray[Any]]:
    """Return the arrays in these members.

    Raises:
        EvidenceError: together they are too large, or one is not what it should be.
    """
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
