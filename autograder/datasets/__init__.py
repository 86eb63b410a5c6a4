"""The data sets of lessons: find them, verify them, and provide them as the cache that Keras reads.

Nothing here imports TensorFlow or Keras, so that the judge can load the images without them.
"""

from autograder.datasets.dataset import Dataset, Images, Source, known, named, of
from autograder.datasets.homes import keras_home, sample_home
from autograder.datasets.provisioning import Provision, install, provide, provide_sample

__all__ = [
    "Dataset",
    "Images",
    "Provision",
    "Source",
    "install",
    "keras_home",
    "known",
    "named",
    "of",
    "provide",
    "provide_sample",
    "sample_home",
]
