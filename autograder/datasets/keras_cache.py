"""The folders with the images: Keras' own, and a private one for the sample.

A *home* is what ``KERAS_HOME`` names; the four files lie in ``<home>/datasets/fashion-mnist``.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from autograder import DISTRIBUTION
from autograder.datasets.idx import FILES, FashionMnist, read

# Keras names this folder itself, whatever TMPDIR says.
TEMPORARY = Path("/tmp")  # noqa: S108


def data_folder(home: Path) -> Path:
    """Return the folder below ``home`` in which Keras keeps the four files."""
    return home / "datasets" / "fashion-mnist"


def keras_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the home that Keras itself would use: ``KERAS_HOME``, else ``~/.keras``.

    Keras ignores a home that it cannot write to, whatever it contains, and uses ``/tmp/.keras``;
    so does this. No folder is created. (A ``~`` in ``KERAS_HOME`` works in Keras only if that
    folder exists already; it does once ``provide`` has filled it.)
    """
    home = configured_home(environ)
    return home if _writable(home) else _last_home()


def configured_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the home that the environment names, whether Keras could write to it or not."""
    named = environ.get("KERAS_HOME")
    if named == "":
        # Keras tries to write to a folder without a name, cannot, and goes on as below.
        return _last_home()
    if named is not None:
        return Path(os.path.abspath(_expand_user(named, environ)))
    base = Path(_expand_user("~", environ))
    return (base if os.access(base, os.W_OK) else TEMPORARY) / ".keras"


def sample_home() -> Path:
    """Return the sample's private home: not Keras' own, where it would spoil other projects."""
    return Path(platformdirs.user_cache_dir(DISTRIBUTION, appauthor=False)) / "sample"


def active_home() -> Path:
    """Return the home that a process should get as ``KERAS_HOME`` now.

    ``keras_home()`` where the four files are there, else ``sample_home()`` where they are there,
    else ``keras_home()``. This only looks whether the files exist, so it costs nothing; ``load``
    verifies them.
    """
    for home in (keras_home(), sample_home()):
        if has_files(home):
            return home
    return keras_home()


def has_files(home: Path) -> bool:
    """Return whether all four files are in ``home``, valid or not."""
    # Not Path.is_file, which raises where another user's folder may not be read.
    return all(os.path.isfile(data_folder(home) / file.name) for file in FILES)


def load(home: Path | None = None) -> FashionMnist:
    """Read and verify the images in ``home`` (by default ``active_home()``) in one pass.

    This takes about half a second for the full data set. The result's ``notice`` must be shown
    where it is not None.

    Raises:
        DatasetError: names the file that is missing or damaged.
    """
    return read(data_folder(active_home() if home is None else home))


def _last_home() -> Path:
    folder = TEMPORARY if TEMPORARY.is_dir() else Path(tempfile.gettempdir())
    return folder / ".keras"


def _expand_user(path: str, environ: Mapping[str, str]) -> str:
    if path.split("/", maxsplit=1)[0] == "~" and environ.get("HOME") and os.name == "posix":
        return environ["HOME"] + path[1:]
    return os.path.expanduser(path)


def _writable(home: Path) -> bool:
    """Return whether Keras could write to ``home``, which it creates where it does not exist."""
    nearest = home
    while not os.path.exists(nearest) and nearest != nearest.parent:
        nearest = nearest.parent
    return os.path.isdir(nearest) and os.access(nearest, os.W_OK)
