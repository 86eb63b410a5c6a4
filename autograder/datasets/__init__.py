"""Fashion-MNIST: find it, verify it, and provide it as the cache that Keras reads.

Nothing here imports TensorFlow or Keras, so that the judge can load the images without them.
"""

from autograder.datasets.fashion_mnist import load_named
from autograder.datasets.idx import (
    FILES,
    PIXELS,
    SHAPE,
    DataFile,
    FashionMnist,
    read,
    verify,
)
from autograder.datasets.keras_cache import active_home, data_folder, keras_home, load, sample_home
from autograder.datasets.provisioning import Provision, provide, provide_sample

__all__ = [
    "FILES",
    "PIXELS",
    "SHAPE",
    "DataFile",
    "FashionMnist",
    "Provision",
    "active_home",
    "data_folder",
    "keras_home",
    "load",
    "load_named",
    "provide",
    "provide_sample",
    "read",
    "sample_home",
    "verify",
]
