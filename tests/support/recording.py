"""A recorder that watches Keras for as long as a test needs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from autograder.datasets import Images
from autograder.kernel.recorder import Recorder


@contextmanager
def recording(images: Images, folder: Path | None = None) -> Iterator[Recorder]:
    """A recorder that knows these images and writes into the folder, if there is one."""
    recorder = Recorder(folder)
    recorder.data = images
    recorder.watch()
    try:
        yield recorder
    finally:
        recorder.unwatch()


@contextmanager
def imports_undone() -> Iterator[None]:
    """Take back the modules that `import tensorflow.config` makes: later tests would meet them."""
    config = tf.config
    try:
        yield
    finally:
        tf.config = config
        for name in [one for one in sys.modules if one.startswith("tensorflow.config")]:
            del sys.modules[name]
