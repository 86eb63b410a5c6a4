"""Ways to get the four files from elsewhere, each into a temporary folder of the caller.

Each way ends within a time limit, needs no root, and raises DatasetError with the reason when
it fails. The caller verifies the files.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.core.errors import DatasetError

DEBIAN_FOLDER = Path("usr/share/datasets/fashion-mnist")
DEBIAN_PACKAGE = "dataset-fashion-mnist"

STALL_SECONDS = 20
DOWNLOAD_SECONDS = 600
APT_SECONDS = 300

KERAS_DOWNLOAD = (
    f"import socket; socket.setdefaulttimeout({STALL_SECONDS}); "
    "import keras; keras.datasets.fashion_mnist.load_data()"
)


def download_with_keras(scratch: Path) -> Path:
    """Let Keras download the files in a separate process, and return the home with them.

    The home is temporary, because a download that is killed leaves half a file behind.
    """
    home = scratch / "keras"
    home.mkdir()
    environ = {
        **os.environ,
        "KERAS_HOME": str(home),
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    # -P: a file keras.py in the folder where we happen to run must not be imported.
    command = [sys.executable, "-P", "-c", KERAS_DOWNLOAD]
    _run(command, scratch, DOWNLOAD_SECONDS, environ)
    return home


def unpack_with_apt(scratch: Path) -> Path:
    """Fetch and unpack Debian's package without installing it; return the files' folder.

    Tries the machine's package lists first; if they are missing or stale, private ones.
    """
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise DatasetError(f"{tool} is not on this machine")
    folder = scratch / "apt"
    for part in ("state/lists/partial", "cache/archives/partial", "unpacked"):
        (folder / part).mkdir(parents=True)
    try:
        _apt(["download", DEBIAN_PACKAGE], folder)
    except DatasetError:
        private = [f"Dir::State={folder / 'state'}", f"Dir::Cache={folder / 'cache'}"]
        _apt(["update"], folder, options=private)
        _apt(["download", DEBIAN_PACKAGE], folder, options=private)
    packages = sorted(folder.glob(f"{DEBIAN_PACKAGE}_*.deb"))
    if not packages:
        raise DatasetError(f"apt-get left no package {DEBIAN_PACKAGE}")
    unpacked = folder / "unpacked"
    _run(["dpkg-deb", "-x", str(packages[-1]), str(unpacked)], folder, APT_SECONDS)
    return unpacked / DEBIAN_FOLDER


def _apt(arguments: Sequence[str], folder: Path, *, options: Sequence[str] = ()) -> None:
    settings = [f"Acquire::{way}::Timeout={STALL_SECONDS}" for way in ("http", "https")]
    flags = [part for setting in [*settings, *options] for part in ("-o", setting)]
    command = ["apt-get", "-q", *flags, *arguments]
    _run(command, folder, APT_SECONDS, {**os.environ, "LC_ALL": "C"})


def _run(
    command: Sequence[str], folder: Path, seconds: float, environ: Mapping[str, str] | None = None
) -> None:
    """Run ``command`` in ``folder``; raise DatasetError with its last error line if it fails."""
    tool = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DatasetError(f"{tool} did not finish within {seconds:.0f} seconds") from None
    except OSError as error:
        raise DatasetError(f"{tool} could not be started: {error}") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise DatasetError(lines[-1].strip() if lines else f"{tool} failed without a message")
