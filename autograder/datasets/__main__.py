"""Make the sample that ships with the package: ``python -m autograder.datasets --make-sample``."""

import argparse
import gzip
from pathlib import Path

from autograder.datasets import homes
from autograder.datasets.fashion_mnist import DATASET


def make_sample(home: Path, target: Path) -> None:
    """Write the first 12,000 and 2,000 images of the full data in ``home`` to ``target``.

    The files contain no name and no time, so that making them again gives the same bytes.
    """
    data = DATASET.load(home)
    target.mkdir(parents=True, exist_ok=True)
    for name, file_name in DATASET.files.items():
        array = getattr(data, name)[: 12_000 if name.startswith("train") else 2_000]
        # The IDX format: two zero bytes, 8 for uint8, the number of axes, then each axis' size.
        header = bytes([0, 0, 8, array.ndim])
        header += b"".join(size.to_bytes(4, "big") for size in array.shape)
        with (
            open(target / file_name, "wb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream,
        ):
            stream.write(header + array.tobytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m autograder.datasets", description=__doc__)
    parser.add_argument("--make-sample", action="store_true", required=True)
    parser.parse_args()
    make_sample(homes.keras_home(), DATASET.shipped)
