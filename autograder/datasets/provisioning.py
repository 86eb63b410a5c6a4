"""Provide Fashion-MNIST in a Keras cache, from the nearest source that has it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.core.errors import DatasetError
from autograder.datasets import sources
from autograder.datasets.idx import FILES, FULL, SAMPLE, SAMPLE_NOTICE, damaged, verify
from autograder.datasets.keras_cache import configured_home, data_folder, keras_home, sample_home

FOLDER_VARIABLE = "FASHION_MNIST_DIR"
SYSTEM_FOLDER = Path("/") / sources.DEBIAN_FOLDER
SHIPPED_SAMPLE = Path(__file__).parent / "fashion-mnist-sample"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Provision:
    """The data set that ``provide`` provided.

    ``home`` is the ``KERAS_HOME`` with which Keras reads it, ``name`` is "full" or "sample",
    ``origin`` says where it was found, and ``notice``, where not None, must be shown.
    """

    home: Path
    name: str
    origin: str
    notice: str | None


@dataclass(frozen=True)
class _Source:
    """A source of the files: ``fetch`` makes them available and returns their folder.

    ``announced`` where that takes so long that people should see a message beforehand.
    """

    origin: str
    fetch: Callable[[], Path]
    announced: bool = False


def provide(
    source: Path | None = None,
    *,
    allow_download: bool = True,
    allow_apt: bool = True,
    progress: Progress,
) -> Provision:
    """Make Keras' cache hold Fashion-MNIST, verified, and say where it came from.

    Looks in the Keras cache; in ``source``, else in the folder that FASHION_MNIST_DIR names; in
    Debian's folder; then lets Keras download, then apt. The last resort is the shipped sample,
    which goes into ``sample_home()`` only. ``progress`` is called with one line for each step and
    for each damaged file.

    Raises:
        DatasetError: the cache cannot be written.
    """
    home = keras_home()
    cache = data_folder(home)
    if _verified(cache) == FULL:
        return Provision(home, FULL, f"the Keras cache {home}", None)
    broken = damaged(cache)
    for _, reason in broken:
        progress(reason)
    with tempfile.TemporaryDirectory(prefix="fashion-mnist-") as scratch:
        candidates = _sources(
            source, Path(scratch), allow_download=allow_download, allow_apt=allow_apt
        )
        for candidate in candidates:
            found = _try(candidate, progress)
            if found is None:
                continue
            folder, name = found
            if name == FULL:
                install(folder, cache)
                return Provision(home, FULL, candidate.origin, None)
            _set_aside([path for path, _ in broken], progress)
            return _provide_sample(folder, candidate.origin)
    raise DatasetError("Not even the sample that comes with autograder is whole: install it anew.")


def install(folder: Path, target: Path) -> None:
    """Copy the four files from ``folder`` to ``target``, each whole or not at all.

    Raises:
        DatasetError: ``target`` cannot be written.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        for file in FILES:
            _copy(folder / file.name, target / file.name)
    except OSError as error:
        raise DatasetError(
            f"{target} cannot be written ({error.strerror or error}). Make room there and make "
            "it writable, or name another folder in the environment variable KERAS_HOME "
            "(XDG_CACHE_HOME for the sample)."
        ) from error


def _copy(path: Path, target: Path) -> None:
    # Next to the target, because replacing is atomic only within one file system; not made by
    # tempfile, because others who share the cache must be able to read the file.
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(path, part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _sources(
    given: Path | None, scratch: Path, *, allow_download: bool, allow_apt: bool
) -> Iterator[_Source]:
    variable = os.environ.get(FOLDER_VARIABLE)
    if given is not None:
        yield _Source(f"the given folder {given}", lambda: given)
    elif variable:
        yield _Source(f"the folder {variable} ({FOLDER_VARIABLE})", lambda: Path(variable))
    named = configured_home()
    if named != keras_home():
        yield _Source(f"{named} (Keras cannot write to it)", lambda: data_folder(named))
    yield _Source(f"Debian's folder {SYSTEM_FOLDER}", lambda: SYSTEM_FOLDER)
    if allow_download:
        yield _Source(
            "Keras' download (30 MB)",
            lambda: sources.download_with_keras(scratch),
            announced=True,
        )
    if allow_apt:
        yield _Source(
            f"Debian's package {sources.DEBIAN_PACKAGE} (31 MB)",
            lambda: sources.unpack_with_apt(scratch),
            announced=True,
        )
    yield _Source("the sample that comes with autograder", lambda: SHIPPED_SAMPLE)


def _try(source: _Source, progress: Progress) -> tuple[Path, str] | None:
    """Return the folder and "full" or "sample"; None, with a line of progress, on failure."""
    if source.announced:
        progress(f"Trying {source.origin}")
    try:
        folder = source.fetch()
        return folder, verify(folder)
    except DatasetError as error:
        progress(f"Not from {source.origin}: {error}")
        return None


def _verified(folder: Path) -> str | None:
    try:
        return verify(folder)
    except DatasetError:
        return None


def _set_aside(paths: list[Path], progress: Progress) -> None:
    """Rename damaged files: Keras does not verify, so it would use them where they lie."""
    for path in paths:
        aside = path.with_name(path.name + ".damaged")
        try:
            os.replace(path, aside)
        except OSError as error:
            raise DatasetError(
                f"{path} is damaged and cannot be moved aside ({error.strerror or error}). "
                "Remove it by hand."
            ) from error
        progress(f"{path} was moved aside to {aside.name}, so that nothing uses it.")


def provide_sample() -> Path:
    """Return the home with the shipped sample; copy it there if it is missing.

    Raises:
        DatasetError: the home cannot be written.
    """
    return _provide_sample(SHIPPED_SAMPLE, "").home


def _provide_sample(folder: Path, origin: str) -> Provision:
    home = sample_home()
    if verify(folder) != _verified(data_folder(home)):
        install(folder, data_folder(home))
    return Provision(home, SAMPLE, origin, SAMPLE_NOTICE)
