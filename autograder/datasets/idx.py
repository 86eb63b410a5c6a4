"""The four files of Fashion-MNIST: their names, their verification and their content.

Files are identified by the SHA-256 of their *uncompressed* content, because Debian packs the same
content into other gzip bytes than Zalando does.
"""

import functools
import gzip
import hashlib
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograder.core.errors import DatasetError

FULL = "full"
SAMPLE = "sample"

SAMPLE_NOTICE = (
    "This uses the small sample of Fashion-MNIST (12,000 images to train on, 2,000 to validate), "
    "not the full 60,000 and 10,000: accuracies differ from those of the full data set. "
    "`autograder data` gets the full data set when a network or a copy of the files is at hand."
)


@dataclass(frozen=True)
class DataFile:
    """One of the four files: its name, and the SHA-256 (hex) of its uncompressed content."""

    name: str
    full: str
    sample: str


TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
VALID_IMAGES = "t10k-images-idx3-ubyte.gz"
VALID_LABELS = "t10k-labels-idx1-ubyte.gz"

FILES: tuple[DataFile, ...] = (
    DataFile(
        TRAIN_IMAGES,
        full="c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        sample="39fed60d923648a6a26c8891a4a29115b7c8277438b70da22b9c4ba97262f3b4",
    ),
    DataFile(
        TRAIN_LABELS,
        full="bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        sample="d3ceaa7f344b00d0a41770262dfcc5d3093a9f5ea49aadeabb5631e7d67e4323",
    ),
    DataFile(
        VALID_IMAGES,
        full="5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        sample="862035b0a96959b614c9574f4c2b0ae9584ca234813e8d6d7adb7838b12ca46b",
    ),
    DataFile(
        VALID_LABELS,
        full="0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        sample="aa3f574d30afaf0d4d9da084a6f8541771e20693d6a97fae6e9a4953fca8f078",
    ),
)

# Of one image: rows and columns.
SHAPE = (28, 28)
PIXELS = SHAPE[0] * SHAPE[1]

IMAGE_HEADER = 16
LABEL_HEADER = 8
MAX_CONTENT = IMAGE_HEADER + 60_000 * PIXELS


# Two are never compared, and arrays could not be.
@dataclass(frozen=True, eq=False)
class FashionMnist:
    """The images and their labels, all uint8 and read-only.

    ``name`` is "full" (60,000 images to train on, 10,000 to validate) or "sample" (12,000 and
    2,000). Images have the shape (n, 28, 28), 0 to 255; labels have the shape (n,), 0 to 9.
    """

    name: str
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    valid_images: NDArray[np.uint8]
    valid_labels: NDArray[np.uint8]

    @property
    def notice(self) -> str | None:
        """What people must know about this data set; None where it is the full one."""
        return SAMPLE_NOTICE if self.name == SAMPLE else None


def verify(folder: Path) -> str:
    """Decompress and hash the four files in ``folder`` (about 0.4 s for the full data set).

    Returns:
        "full" or "sample".

    Raises:
        DatasetError: names the first file that is missing, damaged or not what its name says.
    """
    name, _ = _read_all([folder / file.name for file in FILES])
    return name


def read(folder: Path) -> FashionMnist:
    """Read the four files in ``folder``, verified in the same pass; errors as ``verify``.

    A process reads unchanged files only once, also through different links.
    """
    paths = [folder / file.name for file in FILES]
    if all(os.path.isfile(path) for path in paths):
        return _read_once(tuple(_FileIdentity.of(path) for path in paths))
    # This raises the error that names the missing file.
    return _images_of(*_read_all(paths))


@dataclass(frozen=True)
class _FileIdentity:
    """What identifies an unchanged file."""

    path: Path
    size: int
    changed: int
    number: int

    @classmethod
    def of(cls, path: Path) -> "_FileIdentity":
        found = path.stat()
        return cls(path.resolve(), found.st_size, found.st_mtime_ns, found.st_ino)


@functools.lru_cache(maxsize=2)
def _read_once(identities: tuple[_FileIdentity, ...]) -> FashionMnist:
    return _images_of(*_read_all([one.path for one in identities]))


def _images_of(name: str, contents: Mapping[str, bytes]) -> FashionMnist:
    return FashionMnist(
        name=name,
        train_images=_images(contents[TRAIN_IMAGES]),
        train_labels=_labels(contents[TRAIN_LABELS]),
        valid_images=_images(contents[VALID_IMAGES]),
        valid_labels=_labels(contents[VALID_LABELS]),
    )


def damaged(folder: Path) -> list[tuple[Path, str]]:
    """Return the files in ``folder`` that exist but cannot be used, each with the reason."""
    found = []
    for file in FILES:
        path = folder / file.name
        try:
            _read_one(path, file)
        except DatasetError as error:
            # Not Path.exists, which raises where another user's folder may not be read.
            if os.path.exists(path):
                found.append((path, str(error)))
    return found


def _read_all(paths: Sequence[Path]) -> tuple[str, Mapping[str, bytes]]:
    contents: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for path, file in zip(paths, FILES, strict=True):
        names[file.name], contents[file.name] = _read_one(path, file)
    if len(set(names.values())) > 1:
        parts = ", ".join(f"{file} ({name})" for file, name in names.items())
        raise DatasetError(
            f"{paths[0].parent} mixes files of the full data set and of the sample: {parts}. "
            "Remove them, then run `autograder data`."
        )
    return names[FILES[0].name], contents


def _read_one(path: Path, file: DataFile) -> tuple[str, bytes]:
    """Return the variant ("full" or "sample") and the uncompressed content of one file."""
    content = _decompress(path)
    if not content:
        raise _unusable(path, "it is empty")
    digest = hashlib.sha256(content).hexdigest()
    if digest == file.full:
        return FULL, content
    if digest == file.sample:
        return SAMPLE, content
    for other in FILES:
        if digest in (other.full, other.sample):
            raise _unusable(path, f"it holds the content of {other.name}")
    raise _unusable(path, f"its content has the SHA-256 {digest}, expected {file.full}")


def _decompress(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as stream:
            # One byte more than any valid file has: enough to detect a huge file.
            return stream.read(MAX_CONTENT + 1)
    except FileNotFoundError:
        raise DatasetError(f"{path} is missing. Run `autograder data` to get it.") from None
    except EOFError:
        size = path.stat().st_size
        raise _unusable(path, f"it is cut off after {size:,} compressed bytes") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _unusable(path, f"it cannot be decompressed ({error})") from None
    except OSError as error:
        raise _unusable(path, f"it cannot be read ({error.strerror or error})") from None


def _unusable(path: Path, found: str) -> DatasetError:
    return DatasetError(f"{path} cannot be used: {found}. Run `autograder data` to get a good one.")


# numpy makes an array over immutable bytes read-only, so that nobody can change the images.
def _images(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, np.uint8, offset=IMAGE_HEADER).reshape(-1, *SHAPE)


def _labels(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, np.uint8, offset=LABEL_HEADER)
