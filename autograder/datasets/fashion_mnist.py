"""Fashion-MNIST: 28 × 28 images of clothes in ten classes, and where its four files may be had.

Files are identified by the SHA-256 of their *uncompressed* content, because Debian packs the same
content into other gzip bytes than Zalando does.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from autograder.core.errors import DatasetError
from autograder.datasets import homes, sources
from autograder.datasets.dataset import FULL, SAMPLE, Array, Dataset, Source

FOLDER_VARIABLE = "FASHION_MNIST_DIR"
SYSTEM_FOLDER = Path("/") / sources.DEBIAN_FOLDER
# Of one image: rows and columns.
SHAPE = (28, 28)
PIXELS = SHAPE[0] * SHAPE[1]
IMAGE_HEADER, LABEL_HEADER = 16, 8
MAX_CONTENT = IMAGE_HEADER + 60_000 * PIXELS

# The SHA-256 of the full content and of the sample's.
DIGESTS = {
    "train_images": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "39fed60d923648a6a26c8891a4a29115b7c8277438b70da22b9c4ba97262f3b4",
    ),
    "train_labels": (
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "d3ceaa7f344b00d0a41770262dfcc5d3093a9f5ea49aadeabb5631e7d67e4323",
    ),
    "valid_images": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "862035b0a96959b614c9574f4c2b0ae9584ca234813e8d6d7adb7838b12ca46b",
    ),
    "valid_labels": (
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        "aa3f574d30afaf0d4d9da084a6f8541771e20693d6a97fae6e9a4953fca8f078",
    ),
}


class FashionMnist(Dataset):
    """60,000 images to train on and 10,000 to validate; the sample has 12,000 and 2,000."""

    name = "fashion-mnist"
    title = "Fashion-MNIST"
    files: ClassVar = {
        "train_images": "train-images-idx3-ubyte.gz",
        "train_labels": "train-labels-idx1-ubyte.gz",
        "valid_images": "t10k-images-idx3-ubyte.gz",
        "valid_labels": "t10k-labels-idx1-ubyte.gz",
    }
    shipped = Path(__file__).parent / "fashion-mnist-sample"
    notice = (
        "This uses the small sample of Fashion-MNIST (12,000 images to train on, 2,000 to "
        "validate), not the full 60,000 and 10,000: accuracies differ from those of the full data "
        "set. `autograder data` gets the full data set when a network or a copy of the files is "
        "at hand."
    )

    def read_file(self, path: Path, array: str) -> tuple[str, Array]:
        """Return ``full`` or ``sample``, and the array, about 0.1 s for the largest file."""
        content = _decompress(path)
        if not content:
            raise _unusable(path, "it is empty")
        digest = hashlib.sha256(content).hexdigest()
        if digest not in DIGESTS[array]:
            for other, digests in DIGESTS.items():
                if digest in digests:
                    raise _unusable(path, f"it holds the content of {self.files[other]}")
            expected = DIGESTS[array][0]
            raise _unusable(path, f"its content has the SHA-256 {digest}, expected {expected}")
        is_image = array.endswith("images")
        # Over immutable bytes, so that nobody can change the images.
        read = np.frombuffer(content, np.uint8, offset=IMAGE_HEADER if is_image else LABEL_HEADER)
        name = FULL if digest == DIGESTS[array][0] else SAMPLE
        return name, read.reshape(-1, *SHAPE) if is_image else read

    def sources(
        self, scratch: Path, given: Path | None, *, allow_download: bool, allow_apt: bool
    ) -> Iterator[Source]:
        """Yield a folder that is named, Debian's, Keras' download, and Debian's package."""
        variable = os.environ.get(FOLDER_VARIABLE)
        if given is not None:
            yield Source(f"the given folder {given}", lambda: given)
        elif variable:
            yield Source(f"the folder {variable} ({FOLDER_VARIABLE})", lambda: Path(variable))
        configured = homes.configured_home()
        if configured != homes.keras_home():
            origin = f"{configured} (Keras cannot write to it)"
            yield Source(origin, lambda: self.folder(configured))
        yield Source(f"Debian's folder {SYSTEM_FOLDER}", lambda: SYSTEM_FOLDER)
        if allow_download:
            origin = "Keras' download (30 MB)"
            yield Source(origin, lambda: self.folder(sources.download_with_keras(scratch)), True)
        if allow_apt:
            origin = f"Debian's package {sources.DEBIAN_PACKAGE} (31 MB)"
            yield Source(origin, lambda: sources.unpack_with_apt(scratch), True)


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


def _unusable(path: Path, reason: str) -> DatasetError:
    return DatasetError(
        f"{path} cannot be used: {reason}. Run `autograder data` to get a good one."
    )


DATASET = FashionMnist()
