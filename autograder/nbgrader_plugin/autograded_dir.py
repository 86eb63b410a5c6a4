"""A student's folder under ``autograded/``, as nbgrader leaves it."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.core.folders import walk_folders

TIMESTAMP = "timestamp.txt"
MAX_BYTES = 1000
MAX_LETTERS = 128  # of a student's name, in nbgrader's tables


@dataclass(frozen=True)
class Folder:
    """The folder of one student's assignment; it is made beside its place and then put there."""

    autograde: Autograde
    assignment: str
    student: str

    @property
    def place(self) -> Path:
        """Where it belongs."""
        return Path(self.autograde._format_dest(self.assignment, self.student))  # noqa: SLF001  its layout

    @property
    def new(self) -> Path:
        """Where it is made; nbgrader passes over names with a dot in front."""
        name = os.fsencode(self.place.name)
        # Nothing can be put to a name that is as long as names can be.
        short = hashlib.sha256(name).hexdigest() if len(name) > 200 else self.place.name
        return self.place.with_name(f".{short}.new")

    def make(self, name: str, notebook: NotebookNode, beside: Path | None) -> list[str]:
        """Make it: the course's other files, the student's, the notebook; tell what is left out."""
        self.discard()
        self.new.mkdir(parents=True)
        directory: CourseDirectory = self.autograde.coursedir
        source = Path(directory.format_path(directory.source_directory, ".", self.assignment))
        own = {source / one for one in self.autograde.exclude_overwriting.get(self.assignment, ())}
        for path in _files(directory, source):
            if path not in own:
                _copy(path, self.new / path.relative_to(source))
        told = []
        for path in _files(directory, beside) if beside else ():
            shown = path.relative_to(beside or path)
            try:
                if not (self.new / shown).exists():
                    _copy(path, self.new / shown)
            # No rights to read it, or a file of the course's stands where a folder should be.
            except OSError as error:
                told.append(f"{self.student}: {shown} was left out: {error.strerror}.")
        # Not `nbformat.writes`: to check the notebook again takes a third of the time.
        text = nbformat.v4.writes(notebook).removesuffix("\n") + "\n"
        (self.new / name).write_bytes(text.encode())
        return told

    def publish(self) -> str | None:
        """Put it in its place, with nbgrader's permissions; why that is not possible."""
        try:
            if self.place.exists():
                shutil.rmtree(self.place)
            self.new.rename(self.place)
            self.autograde.set_permissions(self.assignment, self.student)
        except OSError as error:
            return (
                f"{self.student}: the grade is in the gradebook, but {self.place} could not be"
                f" written: {error.strerror}. Once that is put right, the same command writes it."
            )
        return None

    def discard(self) -> None:
        """Take away what was made."""
        shutil.rmtree(self.new, ignore_errors=True)


def is_student(name: str) -> bool:
    """Whether it can be a student's, in the gradebook and as the name of a folder."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name not in ("", ".", "..") and "/" not in name and len(name) <= MAX_LETTERS


def handed_in(directory: CourseDirectory, folder: Path | None) -> datetime | None:
    """When a submission was handed in, from its ``timestamp.txt``; ``None`` where it has none.

    Raises:
        ValueError: what stands there is no time.
    """
    path = folder / TIMESTAMP if folder else None
    if path is None or not path.exists():
        return None
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{TIMESTAMP} is no time")
    try:
        time: datetime | None = directory.get_existing_timestamp(str(folder))
    # nbgrader stumbles over its own message where the text is no time.
    except (AttributeError, OverflowError, OSError) as error:
        raise ValueError(f"{TIMESTAMP} is no time") from error
    return time


def _files(directory: CourseDirectory, folder: Path) -> Iterator[Path]:
    """Files that go along. No links: one of a student's could lead to a file of ours.

    None is larger than the course's ``max_file_size``, nor all are than its ``max_dir_size``, both
    in kB. Not nbgrader's own search: it lists a folder again for each file in it.
    """
    left = directory.max_dir_size * 1000

    def is_ignored(name: str) -> bool:
        hidden = name.startswith(".")
        return any(
            fnmatch.fnmatch(name, one) and hidden <= one.startswith(".")
            for one in (*directory.ignore, "*.ipynb")
        )

    for place, _, names in walk_folders(folder, lambda *_: None, is_ignored):
        for path in (place / name for name in names if not is_ignored(name)):
            if path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
            if size <= min(left, directory.max_file_size * 1000):
                left -= size
                yield path


def _copy(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)
