"""What several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import dataset
from autograder.dataset.places import data_folder
from autograder.dataset.provision import SHIPPED_SAMPLE, install


@pytest.fixture(scope="session")
def sample_keras(tmp_path_factory) -> Path:
    """A Keras home with the sample in it, to be named in ``KERAS_HOME``."""
    home = tmp_path_factory.mktemp("keras")
    install(SHIPPED_SAMPLE, data_folder(home))
    return home


@pytest.fixture(scope="session")
def sample(sample_keras: Path) -> dataset.FashionMnist:
    """The shipped sample: 12,000 images to train on, 2,000 to validate."""
    return dataset.load(sample_keras)
