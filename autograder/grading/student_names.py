"""The owner of each file in a folder of submissions.

The outermost folder decides. It was named by who collected the class; what lies in it was named by
its student, and so says nothing of anybody else: neither who somebody is, nor what counts.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.core.course_root import CONFIG
from autograder.core.lesson_registry import lesson_names

SUBMITTED = "submitted"


@dataclass(frozen=True)
class Owner:
    """A student, and the folder that is theirs alone; ``lesson`` where the folder names it."""

    name: str
    folder: Path | None = None
    lesson: str = ""


@dataclass
class Tree:
    """A folder of submissions, in one of these forms, which may be mixed.

    - ``student.ipynb``;
    - ``student/…``, with a notebook anywhere in it;
    - ``student/lesson/…``: what else the student has is for something else;
    - ``lesson/…``, where the folder itself is one student's or one lesson's of a student.

    In nbgrader's own ``submitted/`` each other folder of a student is another assignment.
    """

    root: Path
    _lessons: Collection[str] = field(default_factory=lambda: frozenset(lesson_names()))
    _lessons_by_student: dict[Path, frozenset[str]] = field(default_factory=dict)

    def owner(self, path: Path) -> Owner | None:
        """Return the owner of a file; ``None`` where it has nothing to do with a lesson."""
        parts = path.relative_to(self.root).parts
        if _is_submitted(self.root.parent):
            return self._of_student(self.root, path)
        if self.root.name in self._lessons and self.root.parent.name:
            return Owner(self.root.parent.name, self.root, self.root.name)
        if len(parts) == 1:
            return Owner(path.stem)
        if self._is_lesson(folder := self.root / parts[0]):
            return Owner(self.root.name, folder, folder.name)
        return self._of_student(folder, path)

    def owners(self, folder: Path) -> set[Owner]:
        """Return the owners of notebooks that may lie in a folder that cannot be read."""
        folders = (folder, *(folder / lesson for lesson in self._lessons_of(folder)))
        return {owner for each in folders if (owner := self.owner(each / "any"))}

    def _of_student(self, student: Path, path: Path) -> Owner | None:
        first, *deeper = path.relative_to(student).parts
        if deeper and first in self._lessons_of(student):
            return Owner(student.name, student / first, first)
        is_others = bool(deeper) and _is_submitted(student.parent)
        return None if is_others or self._lessons_of(student) else Owner(student.name, student)

    def empty(self, known: Collection[Owner]) -> Iterator[Owner]:
        """Yield the owners of folders that hold no notebook: a lesson's, or all that a student has.

        ``known`` are those who have one. Where notebooks lie beside the folders, a folder without
        any is not taken for a student's.
        """
        is_flat = any(owner.folder is None for owner in known)
        names = {owner.name for owner in known}
        for student in self._students():
            for lesson in sorted(self._lessons_of(student)):
                if (owner := Owner(student.name, student / lesson, lesson)) not in known:
                    yield owner
            if self._is_lesson(student):
                if (owner := Owner(self.root.name, student, student.name)) not in known:
                    yield owner
            elif student.name not in names and not self._lessons_of(student) and not is_flat:
                yield Owner(student.name)

    def _students(self) -> list[Path]:
        if _is_submitted(self.root.parent):
            return [self.root]
        if self.root.name in self._lessons:
            return []
        return sorted(
            one for one in self.root.iterdir() if _is_folder(one) and one.name[0] not in "._"
        )

    def _is_lesson(self, folder: Path) -> bool:
        """Return whether a top-level folder is a lesson's, not a student's of that name."""
        is_students = _is_submitted(self.root) or self._lessons_of(folder)
        return folder.name in self._lessons and bool(self.root.name) and not is_students

    def _lessons_of(self, student: Path) -> frozenset[str]:
        if student not in self._lessons_by_student:
            # No links: one could lead to another student's.
            self._lessons_by_student[student] = frozenset(
                name
                for name in self._lessons
                if _is_folder(student / name) and not (student / name).is_symlink()
            )
        return self._lessons_by_student[student]


def _is_submitted(folder: Path) -> bool:
    """Return whether it is the folder of a course in which nbgrader collects submissions."""
    return folder.name == SUBMITTED and (folder.parent / CONFIG).is_file()


def _is_folder(path: Path) -> bool:
    # Unlike ``Path.is_dir`` it does not raise where one may not look.
    return os.path.isdir(path)
