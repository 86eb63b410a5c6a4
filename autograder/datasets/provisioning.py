"""Provide a data set in a Keras home, from the nearest source that has it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.core.errors import DatasetError
from autograder.datasets import homes
from autograder.datasets.dataset import FULL, SAMPLE, Dataset

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Provision:
    """The images that ``provide`` provided.

    ``home`` is the ``KERAS_HOME`` with which Keras reads them, ``name`` is ``full`` or ``sample``,
    ``origin`` says where they were found, and ``notice``, where not ``None``, must be shown.
    """

    home: Path
    name: str
    origin: str
    notice: str | None = None


def provide(
    dataset: Dataset,
    given: Path | None = None,
    *,
    allow_download: bool = True,
    allow_apt: bool = True,
    progress: Progress,
) -> Provision:
    """Make a Keras home hold a data set, verified, and say where it came from.

    Looks in Keras' own home, then at the data set's sources. The last resort is the sample that is
    shipped, which goes into ``sample_home()`` only: elsewhere it would spoil other projects.
    ``progress`` is called with one line for each step and for each damaged file.

    Raises:
        DatasetError: the home cannot be written, or there is no source left.
    """
    home = homes.keras_home()
    cache = dataset.folder(home)
    if _verified(dataset, cache) == FULL:
        return Provision(home, FULL, f"the Keras cache {home}")
    broken = dataset.damaged(cache)
    for reason in broken.values():
        progress(reason)
    with tempfile.TemporaryDirectory(prefix=f"{dataset.name}-") as scratch:
        allowed = {"allow_download": allow_download, "allow_apt": allow_apt}
        for source in dataset.every_source(Path(scratch), given, **allowed):
            if source.announced:
                progress(f"Trying {source.origin}")
            try:
                folder = source.fetch()
                name = dataset.verify(folder)
            except DatasetError as error:
                progress(f"Not from {source.origin}: {error}")
                continue
            if name == FULL:
                install(dataset, folder, cache)
                return Provision(home, FULL, source.origin)
            _set_aside(broken, progress)
            return _provide_sample(dataset, folder, source.origin)
    raise DatasetError(
        "Even the sample that comes with autograder is damaged: install autograder again."
    )


def provide_sample(dataset: Dataset) -> Path:
    """Return the home with the shipped sample; copy it there if it is missing.

    Raises:
        DatasetError: the home cannot be written, or there is no sample.
    """
    if dataset.shipped is None:
        raise DatasetError(f"No sample of {dataset.title} comes with autograder.")
    return _provide_sample(dataset, dataset.shipped, "").home


def install(dataset: Dataset, folder: Path, target: Path) -> None:
    """Copy the files from ``folder`` to ``target``, each whole or not at all.

    Raises:
        DatasetError: ``target`` cannot be written.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        for file in dataset.files.values():
            # Next to the target, because replacing is atomic only within one file system; not made
            # by tempfile, because others who share the cache must be able to read the file.
            part = target / f".{file}.{os.getpid()}.part"
            try:
                shutil.copyfile(folder / file, part)
                os.replace(part, target / file)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise DatasetError(
            f"{target} cannot be written ({error.strerror or error}). Free some space there and"
            " make it writable, or name another folder in the environment variable KERAS_HOME"
            " (XDG_CACHE_HOME for the sample)."
        ) from error


def _verified(dataset: Dataset, folder: Path) -> str | None:
    try:
        return dataset.verify(folder)
    except DatasetError:
        return None


def _set_aside(paths: Iterable[Path], progress: Progress) -> None:
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


def _provide_sample(dataset: Dataset, folder: Path, origin: str) -> Provision:
    home = homes.sample_home()
    if dataset.verify(folder) != _verified(dataset, dataset.folder(home)):
        install(dataset, folder, dataset.folder(home))
    return Provision(home, SAMPLE, origin, dataset.notice)
