"""The folders with the images: Keras' own, and a private one for samples.

A *home* is what ``KERAS_HOME`` names; a data set lies in a folder of ``<home>/datasets``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from autograder import DISTRIBUTION

# Keras names this folder itself, whatever TMPDIR says.
TEMPORARY = Path("/tmp")  # noqa: S108


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
    """Return the private home of samples: in Keras' own they would spoil other projects."""
    return Path(platformdirs.user_cache_dir(DISTRIBUTION, appauthor=False)) / "sample"


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
