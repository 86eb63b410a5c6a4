"""Fashion-MNIST: find it, verify it, and provide it as the cache that Keras reads.

Nothing here imports TensorFlow or Keras, so that the judge can load the images without them.
"""

from autograder.dataset.files import (
    FILES,
    PIXELS,
    SHAPE,
    DataFile,
    FashionMnist,
    read,
    verify,
)
from autograder.dataset.named import load_named
from autograder.dataset.places import active_home, data_folder, keras_home, load, sample_home
from autograder.dataset.provision import Provision, provide, provide_sample

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
