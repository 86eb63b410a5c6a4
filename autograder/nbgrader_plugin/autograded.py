"""A student's folder under ``autograded/``, as nbgrader leaves it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

TIMESTAMP = "timestamp.txt"
MOST_BYTES = 1000


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
        return self.place.with_name(f".{self.place.name}.new")

    def make(self, name: str, notebook: NotebookNode, beside: Path | None) -> None:
        """Make it: the student's other files, the course's in place of theirs, the notebook."""
        self.discard()
        self.new.mkdir(parents=True)
        directory: CourseDirectory = self.autograde.coursedir
        for path in _files(directory, beside):
            _copy(path, self.new / path.relative_to(beside or path))
        source = Path(directory.format_path(directory.source_directory, ".", self.assignment))
        kept = {source / one for one in self.autograde.exclude_overwriting.get(self.assignment, ())}
        for path in _files(directory, source):
            if path not in kept:
                _copy(path, self.new / path.relative_to(source))
        text = nbformat.writes(notebook).removesuffix("\n") + "\n"
        (self.new / name).write_text(text, encoding="utf-8")

    def publish(self) -> None:
        """Put it in its place, with nbgrader's permissions."""
        if self.place.exists():
            shutil.rmtree(self.place)
        self.new.rename(self.place)
        self.autograde.set_permissions(self.assignment, self.student)

    def discard(self) -> None:
        """Take away what was made."""
        shutil.rmtree(self.new, ignore_errors=True)


def handed_in(directory: CourseDirectory, folder: Path | None) -> datetime | None:
    """When a submission was handed in, from its ``timestamp.txt``; ``None`` where it has none.

    Raises:
        ValueError: what stands there is no time.
    """
    path = folder / TIMESTAMP if folder else None
    if path is None or not path.exists():
        return None
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{TIMESTAMP} is no time")
    try:
        time: datetime | None = directory.get_existing_timestamp(str(folder))
    # nbgrader stumbles over its own message where the text is no time.
    except (AttributeError, OverflowError, OSError) as error:
        raise ValueError(f"{TIMESTAMP} is no time") from error
    return time


def _files(directory: CourseDirectory, folder: Path | None) -> Iterator[Path]:
    """Files that go along. No links: one of a student's could lead to a file of ours."""
    if folder is None:
        return
    for name in find_all_files(str(folder), [*directory.ignore, "*.ipynb"]):
        path = Path(name)
        if path.is_file() and not path.is_symlink():
            yield path


def _copy(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    # A file of the student's may have no write permission.
    place.unlink(missing_ok=True)
    shutil.copy(source, place)
