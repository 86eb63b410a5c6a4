"""Make the sample that ships with the package: ``python -m autograder.datasets --make-sample``."""

import argparse
import gzip
from pathlib import Path

from autograder.datasets import keras_cache
from autograder.datasets.idx import TRAIN_IMAGES, TRAIN_LABELS, VALID_IMAGES, VALID_LABELS
from autograder.datasets.provisioning import SHIPPED_SAMPLE


def make_sample(home: Path, target: Path) -> None:
    """Write the first 12,000 and 2,000 images of the full data in ``home`` to ``target``.

    The files contain no name and no time, so that making them again gives the same bytes.
    """
    data = keras_cache.load(home)
    arrays = {
        TRAIN_IMAGES: data.train_images[:12_000],
        TRAIN_LABELS: data.train_labels[:12_000],
        VALID_IMAGES: data.valid_images[:2_000],
        VALID_LABELS: data.valid_labels[:2_000],
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        # The IDX format: two zero bytes, 8 for uint8, the number of axes, then each axis' size.
        header = bytes([0, 0, 8, array.ndim])
        header += b"".join(size.to_bytes(4, "big") for size in array.shape)
        with (
            open(target / name, "wb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream,
        ):
            stream.write(header + array.tobytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m autograder.datasets", description=__doc__)
    parser.add_argument("--make-sample", action="store_true", required=True)
    parser.parse_args()
    make_sample(keras_cache.keras_home(), SHIPPED_SAMPLE)
