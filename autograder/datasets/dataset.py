"""What a data set is: images with labels, the files that they lie in, and where to get these.

One data set is one module, here or in a lesson's package, with an instance of a class of its own as
``DATASET``; a lesson names the module.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from autograder.core.errors import DatasetError, LessonError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.datasets import homes

FULL = "full"
SAMPLE = "sample"
# For lessons that name none.
DEFAULT = "autograder.datasets.fashion_mnist"

Array = NDArray[np.uint8]


# Two are never compared, and arrays could not be.
@dataclass(frozen=True, eq=False, kw_only=True)
class Images:
    """Images to train on and to validate with, and their labels, all uint8 and read-only.

    ``name`` is ``full`` or ``sample``; images have the shape ``(n, *shape)``, labels ``(n,)``.
    """

    name: str
    notice: str | None = None
    """What people must know about these images."""
    train_images: Array
    train_labels: Array
    valid_images: Array
    valid_labels: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image."""
        return self.train_images.shape[1:]

    @property
    def pixels(self) -> int:
        """The numbers in one image."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Source:
    """A source of the files: ``fetch`` makes them available and returns their folder.

    ``announced`` where that takes so long that people should see a message beforehand.
    """

    origin: str
    fetch: Callable[[], Path]
    announced: bool = False


class Dataset(ABC):
    """One data set.

    Attributes:
        name: of its folder, below ``datasets`` in a Keras home.
        title: its name in sentences.
        files: the name of the file of each array of :class:`Images`.
        shipped: the folder of a small sample that comes with it, if there is one.
        notice: what people must know who work with the sample.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    files: ClassVar[Mapping[str, str]]
    shipped: ClassVar[Path | None] = None
    notice: ClassVar[str] = ""

    @abstractmethod
    def read_file(self, path: Path, array: str) -> tuple[str, Array]:
        """Return whether a file is of the ``full`` data or of the ``sample``, and its array.

        Raises:
            DatasetError: it is missing, damaged, or not the one of this array.
        """

    @abstractmethod
    def sources(
        self, scratch: Path, given: Path | None, *, allow_download: bool, allow_apt: bool
    ) -> Iterator[Source]:
        """Yield where the files may be had besides the Keras home, nearest first.

        ``given`` is a folder that the user named; what is fetched may be put into ``scratch``.
        """

    def every_source(self, scratch: Path, given: Path | None, **allowed: bool) -> Iterator[Source]:
        """Yield the sources, and the shipped sample as the last resort."""
        yield from self.sources(scratch, given, **allowed)
        if folder := self.shipped:
            yield Source("the sample that comes with autograder", lambda: folder)

    def folder(self, home: Path) -> Path:
        """Return the folder below ``home`` in which Keras keeps the files."""
        return home / "datasets" / self.name

    def is_in(self, home: Path) -> bool:
        """Return whether all files are in ``home``, valid or not."""
        # Not Path.is_file, which raises where another user's folder may not be read.
        return all(os.path.isfile(self.folder(home) / file) for file in self.files.values())

    def active_home(self) -> Path:
        """Return the home that a process should get as ``KERAS_HOME`` now.

        That is Keras' own where the files are there, else that of samples where they are there.
        Nothing is verified, so it costs nothing.
        """
        own, sample = homes.keras_home(), homes.sample_home()
        return sample if self.is_in(sample) and not self.is_in(own) else own

    def verify(self, folder: Path) -> str:
        """Read the files in ``folder``, and return whether they are ``full`` or the ``sample``.

        Raises:
            DatasetError: names the first file that is missing, damaged or not what its name says.
        """
        return self.read(folder).name

    def read(self, folder: Path) -> Images:
        """Read the files in ``folder``, verified in the same pass; errors as ``verify``.

        A process reads unchanged files only once, also through different links.
        """
        paths = [folder / file for file in self.files.values()]
        # Where one is missing, reading raises the error that names it.
        if not all(map(os.path.isfile, paths)):
            return self._read(paths)
        return self._read_once(tuple(map(_identity, paths)))

    def load(self, home: Path | None = None) -> Images:
        """Read the images in ``home``, by default the active one; show their ``notice``.

        Raises:
            DatasetError: names the file that is missing or damaged.
        """
        return self.read(self.folder(self.active_home() if home is None else home))

    def load_named(self, name: str) -> Images:
        """Read the ``full`` images from the active home, or the ``sample`` as it is shipped.

        Raises:
            DatasetError: the full data is needed and is not there.
        """
        if name == SAMPLE and self.shipped:
            return self.read(self.shipped)
        data = self.load()
        if data.name != name:
            raise DatasetError(f"The full {self.title} is not here. Run “autograder data” first.")
        return data

    def damaged(self, folder: Path) -> dict[Path, str]:
        """Return the files in ``folder`` that exist but cannot be used, each with the reason."""
        found = {}
        for array, file in self.files.items():
            try:
                self.read_file(folder / file, array)
            except DatasetError as error:
                if os.path.exists(folder / file):
                    found[folder / file] = str(error)
        return found

    @functools.lru_cache(maxsize=2)  # noqa: B019  there is one instance of each data set
    def _read_once(self, identities: tuple[tuple[Path, int, int, int], ...]) -> Images:
        return self._read([path for path, *_ in identities])

    def _read(self, paths: Sequence[Path]) -> Images:
        names, arrays = {}, {}
        for (array, file), path in zip(self.files.items(), paths, strict=True):
            names[file], arrays[array] = self.read_file(path, array)
        if len(set(names.values())) > 1:
            parts = ", ".join(f"{file} ({name})" for file, name in names.items())
            raise DatasetError(
                f"{paths[0].parent} mixes files of the full data set and of the sample: {parts}. "
                "Remove them, then run `autograder data`."
            )
        name = next(iter(names.values()))
        return Images(name=name, notice=self.notice if name == SAMPLE else None, **arrays)


def named(module: str) -> Dataset:
    """Return the data set of this module, the usual one where none is named."""
    dataset: Dataset = importlib.import_module(module or DEFAULT).DATASET
    return dataset


def of(lesson: Lesson) -> Dataset:
    """Return the data set of a lesson."""
    return named(lesson.dataset)


def known() -> tuple[Dataset, ...]:
    """Return the data sets of all lessons, the usual one first; a broken lesson has none."""
    found = {DEFAULT: named(DEFAULT)}
    for name in lesson_names():
        with contextlib.suppress(LessonError, ImportError, AttributeError):
            lesson = load_lesson(name)
            found[lesson.dataset or DEFAULT] = of(lesson)
    return tuple(found.values())


def _identity(path: Path) -> tuple[Path, int, int, int]:
    """Return what identifies an unchanged file."""
    found = path.stat()
    return path.resolve(), found.st_size, found.st_mtime_ns, found.st_ino
