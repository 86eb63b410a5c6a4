"""The images by the name of the data set, for a judge who must use the same as the notebook."""

from __future__ import annotations

from autograder.core.errors import DatasetError
from autograder.datasets.idx import SAMPLE, FashionMnist, read
from autograder.datasets.keras_cache import load
from autograder.datasets.provisioning import SHIPPED_SAMPLE


def load_named(name: str) -> FashionMnist:
    """The full data set from the active home, or the sample that is shipped.

    Raises DatasetError where the full data is asked for and is not there.
    """
    if name == SAMPLE:
        return read(SHIPPED_SAMPLE)
    data = load()
    if data.name != name:
        raise DatasetError("The full Fashion-MNIST is not here. Run “autograder data” first.")
    return data
