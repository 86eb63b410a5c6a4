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
MAX_NAME_LENGTH = 128  # of a student's name, in nbgrader's tables


@dataclass(frozen=True)
class AutogradedDir:
    """The folder of one student's assignment; it is made next to its final path and then moved."""

    autograde: Autograde
    assignment: str
    student: str

    @property
    def path(self) -> Path:
        """The final path."""
        return Path(self.autograde._format_dest(self.assignment, self.student))  # noqa: SLF001  its layout

    @property
    def staging(self) -> Path:
        """The path where it is made; nbgrader ignores names with a leading dot."""
        name = os.fsencode(self.path.name)
        # A name of the maximum length cannot be extended.
        short = hashlib.sha256(name).hexdigest() if len(name) > 200 else self.path.name
        return self.path.with_name(f".{short}.new")

    def make(self, name: str, notebook: NotebookNode, submitted: Path | None) -> list[str]:
        """Make it of the course's files, the student's, the notebook; return what is left out."""
        self.discard()
        self.staging.mkdir(parents=True)
        directory: CourseDirectory = self.autograde.coursedir
        source = Path(directory.format_path(directory.source_directory, ".", self.assignment))
        excluded = {
            source / one for one in self.autograde.exclude_overwriting.get(self.assignment, ())
        }
        for path in _copyable_files(directory, source):
            if path not in excluded:
                _copy(path, self.staging / path.relative_to(source))
        remarks = []
        for path in _copyable_files(directory, submitted) if submitted else ():
            shown = path.relative_to(submitted or path)
            try:
                if not (self.staging / shown).exists():
                    _copy(path, self.staging / shown)
            # It may not be read, or a file of the course has the name of its folder.
            except OSError as error:
                remarks.append(f"{self.student}: {shown} was left out: {error.strerror}.")
        # Not `nbformat.writes`: validating the notebook again takes a third of the time.
        text = nbformat.v4.writes(notebook).removesuffix("\n") + "\n"
        (self.staging / name).write_bytes(text.encode())
        return remarks

    def publish(self) -> str | None:
        """Move it to its final path, with nbgrader's permissions; return why that failed, if so."""
        try:
            if self.path.exists():
                shutil.rmtree(self.path)
            self.staging.rename(self.path)
            self.autograde.set_permissions(self.assignment, self.student)
        except OSError as error:
            return (
                f"{self.student}: the grade is in the gradebook, but {self.path} could not be"
                f" written: {error.strerror}. Once that is put right, the same command writes it."
            )
        return None

    def discard(self) -> None:
        """Remove what was made."""
        shutil.rmtree(self.staging, ignore_errors=True)


def is_valid_student(name: str) -> bool:
    """Return whether a name is valid for a student in the gradebook and as a folder."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name not in ("", ".", "..") and "/" not in name and len(name) <= MAX_NAME_LENGTH


def submission_time(directory: CourseDirectory, folder: Path | None) -> datetime | None:
    """Return when a submission was handed in, from its ``timestamp.txt``; ``None`` without one.

    Raises:
        ValueError: its content is no time.
    """
    path = folder / TIMESTAMP if folder else None
    if path is None or not path.exists():
        return None
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{TIMESTAMP} is no time")
    try:
        time: datetime | None = directory.get_existing_timestamp(str(folder))
    # nbgrader fails while it formats its own error message if the text is no time.
    except (AttributeError, OverflowError, OSError) as error:
        raise ValueError(f"{TIMESTAMP} is no time") from error
    return time


def _copyable_files(directory: CourseDirectory, folder: Path) -> Iterator[Path]:
    """Yield the files to copy. No links: a student's link could lead to a file of the course.

    Respect the course's ``max_file_size`` for each file and ``max_dir_size`` for all, both in kB.
    nbgrader's own search is not used: it lists a folder again for each file in it.
    """
    remaining = directory.max_dir_size * 1000

    def is_ignored(name: str) -> bool:
        hidden = name.startswith(".")
        return any(
            fnmatch.fnmatch(name, one) and hidden <= one.startswith(".")
            for one in (*directory.ignore, "*.ipynb")
        )

    for parent, _, names in walk_folders(folder, lambda *_: None, is_ignored):
        for path in (parent / name for name in names if not is_ignored(name)):
            if path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
            if size <= min(remaining, directory.max_file_size * 1000):
                remaining -= size
                yield path


def _copy(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, path)
