"""Which notebooks to grade: a file, a folder of files, or nbgrader's ``submitted/`` tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.lesson import lesson_names

HIDDEN = re.compile(r"^[._]")


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One submission: ``path`` is its notebook, ``None`` where the folder has none.

    ``folder`` is given where it belongs to this submission alone: its other files go along.
    ``source`` is what was handed in, where ``path`` and ``folder`` are copies of it.
    """

    name: str
    path: Path | None
    folder: Path | None = None
    notes: tuple[str, ...] = ()
    source: Path | None = None

    @property
    def notebook(self) -> str:
        """The file name of the notebook, empty where there is none."""
        return readable(self.path.name) if self.path else ""


def readable(name: str) -> str:
    """A file's name as text: not every system writes names in UTF-8."""
    return name.encode("utf-8", "replace").decode()


def find_submissions(paths: Iterable[Path]) -> list[Submission]:
    """The submissions under the paths, in the order of their names.

    Raises:
        SubmissionError: a path does not exist, or there is no notebook under it.
    """
    found: list[Submission] = []
    for path in paths:
        if not path.exists():
            raise SubmissionError(f"There is no file or folder {path}.")
        here = (
            [Submission(name=readable(path.stem), path=path)]
            if path.is_file()
            else _in_folder(path)
        )
        if not here:
            raise SubmissionError(
                f"There is no notebook under {path}. Give a notebook, a folder of notebooks, or"
                " nbgrader's submitted/ folder."
            )
        found += here
    return found


def choose(notebooks: Sequence[Path], wanted: str) -> tuple[Path, tuple[str, ...]]:
    """The notebook to grade among several, and what to tell of the choice.

    The one with the assignment's name, else the one that was saved last.
    """
    names = [path.name for path in notebooks]
    if wanted in names:
        chosen = notebooks[names.index(wanted)]
    else:
        chosen = max(notebooks, key=lambda path: (path.stat().st_mtime, path.name))
    notes = []
    if len(names) > 1:
        others = ", ".join(sorted(set(names) - {chosen.name}))
        notes.append(f"There are {len(names)} notebooks: {chosen.name} was graded, not {others}.")
    if chosen.name != wanted and wanted:
        notes.append(f"The notebook had been renamed {chosen.name}.")
    return chosen, tuple(notes)


def notebooks_in(folder: Path) -> list[Path]:
    """The notebooks under a folder, without hidden ones such as checkpoints, and no links."""
    return sorted(
        path
        for path in folder.rglob("*.ipynb")
        if not path.is_symlink()
        and not any(HIDDEN.match(part) for part in path.relative_to(folder).parts[:-1])
    )


def _in_folder(root: Path) -> list[Submission]:
    root = root.resolve()
    groups: dict[tuple[str, Path | None], list[Path]] = {}
    for path in _of_lessons(notebooks_in(root), root):
        groups.setdefault(_owner(path, root), []).append(path)
    found = []
    for (name, folder), notebooks in groups.items():
        wanted = f"{folder.name}.ipynb" if folder and folder.name in lesson_names() else ""
        chosen, notes = choose(notebooks, wanted)
        found.append(Submission(name=readable(name), path=chosen, folder=folder, notes=notes))
    if all(one.folder for one in found):
        found += _empty(root, found)
    return sorted(found, key=lambda one: (one.name, str(one.folder or "")))


def _of_lessons(notebooks: list[Path], root: Path) -> list[Path]:
    """In a tree with folders named after lessons, what lies in them; else all of them.

    nbgrader's tree holds the students' other assignments too, which are none of our business.
    """
    ours = [
        path for path in notebooks if set(path.relative_to(root).parts[:-1]) & set(lesson_names())
    ]
    if {root.name, root.parent.name} & set(lesson_names()):
        return notebooks
    return ours or notebooks


def _owner(path: Path, root: Path) -> tuple[str, Path | None]:
    """Whose notebook it is, and the folder that is theirs alone."""
    for folder in path.parents:
        if folder.name in lesson_names() and folder.parent.name:
            return folder.parent.name, folder
        if folder == root:
            break
    parts = path.relative_to(root).parts
    return (parts[0], root / parts[0]) if len(parts) > 1 else (path.stem, None)


def _empty(root: Path, found: Sequence[Submission]) -> list[Submission]:
    """Of a tree the folders without a notebook: a lesson's, of who handed in none the student's."""
    folders = [one for one in root.iterdir() if one.is_dir() and not HIDDEN.match(one.name)]
    if not found or any(one.name in lesson_names() for one in folders):
        return []
    known, seen = {one.name for one in found}, {one.folder for one in found}
    empty = []
    for folder in folders:
        name = readable(folder.name)
        handed_in = [one for lesson in lesson_names() if (one := folder / lesson).is_dir()]
        empty += [
            Submission(name=name, path=None, folder=one) for one in handed_in if one not in seen
        ]
        if name not in known and not handed_in:
            empty.append(Submission(name=name, path=None))
    return empty
