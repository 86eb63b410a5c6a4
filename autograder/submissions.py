"""Which notebooks to grade: a file, a folder of files, or nbgrader's ``submitted/`` tree."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SubmissionError
from autograder.lesson import lesson_names
from autograder.walking import Unseen, walked

# Of the notebooks that were not graded so many are named.
MAX_NAMES = 10
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
    # What is a folder or a pipe is read only where there is nothing else, which says so.
    usable = [path for path in notebooks if os.path.isfile(path)] or notebooks
    chosen = next((path for path in usable if path.name == wanted), None)
    if chosen is None:
        chosen = max(usable, key=lambda path: (path.lstat().st_mtime, path.name))
    notes = []
    if len(notebooks) > 1:
        others = sorted({path.name for path in notebooks} - {chosen.name})
        listed = ", ".join(others[:MAX_NAMES])
        more = f" and {len(others) - MAX_NAMES:,} more" if len(others) > MAX_NAMES else ""
        notes.append(
            f"There are {len(notebooks):,} notebooks: {chosen.name} was graded, not {listed}{more}."
        )
    if chosen.name != wanted and wanted:
        notes.append(f"The notebook had been renamed {chosen.name}.")
    return chosen, tuple(notes)


def notebooks_in(folder: Path, unseen: Unseen = lambda *_: None) -> list[Path]:
    """The notebooks under a folder, without hidden ones such as checkpoints, and no links.

    ``unseen`` is told of each folder that is not looked into, and why.
    """
    return sorted(
        here / name
        for here, folders, files in walked(folder, unseen, HIDDEN.match)
        for name in (*folders, *files)
        if name.endswith(".ipynb") and not (here / name).is_symlink()
    )


def _in_folder(root: Path) -> list[Submission]:
    root = root.resolve()
    # Once for all: each time the folders of lessons are listed.
    lessons = frozenset(lesson_names())
    groups: dict[tuple[str, Path | None], list[Path]] = {}
    unseen: dict[tuple[str, Path | None], str] = {}

    def missed(folder: Path, why: str) -> None:
        name = readable(folder.name)[:60]
        said = f"The folder “{name}” was not looked into: {why}."
        unseen.setdefault(_owner(folder / "any", root, lessons), said)

    for path in _of_lessons(notebooks_in(root, missed), root, lessons):
        groups.setdefault(_owner(path, root, lessons), []).append(path)
    found = []
    for (name, folder), notebooks in groups.items():
        wanted = f"{folder.name}.ipynb" if folder and folder.name in lessons else ""
        chosen, notes = choose(notebooks, wanted)
        if said := unseen.pop((name, folder), ""):
            notes = (*notes, said)
        found.append(Submission(name=readable(name), path=chosen, folder=folder, notes=notes))
    # Of who has no notebook elsewhere: it may lie where nobody could look.
    names = {one.name for one in found}
    found += [
        Submission(name=readable(name), path=None, folder=folder, notes=(said,))
        for (name, folder), said in unseen.items()
        if folder and readable(name) not in names
    ]
    if all(one.folder for one in found):
        found += _empty(root, found, lessons)
    return sorted(found, key=lambda one: (one.name, str(one.folder or "")))


def _of_lessons(notebooks: list[Path], root: Path, lessons: Collection[str]) -> list[Path]:
    """In a tree with folders named after lessons, what lies in them; else all of them.

    nbgrader's tree holds the students' other assignments too, which are none of our business.
    """
    ours = [
        path for path in notebooks if not set(path.relative_to(root).parts[:-1]).isdisjoint(lessons)
    ]
    if root.name in lessons or root.parent.name in lessons:
        return notebooks
    return ours or notebooks


def _owner(path: Path, root: Path, lessons: Collection[str]) -> tuple[str, Path | None]:
    """Whose notebook it is, and the folder that is theirs alone."""
    for folder in path.parents:
        if folder.name in lessons and folder.parent.name:
            return folder.parent.name, folder
        if folder == root:
            break
    parts = path.relative_to(root).parts
    return (parts[0], root / parts[0]) if len(parts) > 1 else (path.stem, None)


def _empty(root: Path, found: Sequence[Submission], lessons: Collection[str]) -> list[Submission]:
    """Of a tree the folders without a notebook: a lesson's, of who handed in none the student's."""
    folders = [one for one in root.iterdir() if _is_folder(one) and not HIDDEN.match(one.name)]
    if not found or any(one.name in lessons for one in folders):
        return []
    known, seen = {one.name for one in found}, {one.folder for one in found}
    empty = []
    for folder in folders:
        if folder in seen:
            continue
        name = readable(folder.name)
        handed_in = [one for lesson in lessons if _is_folder(one := folder / lesson)]
        empty += [
            Submission(name=name, path=None, folder=one) for one in handed_in if one not in seen
        ]
        if name not in known and not handed_in:
            empty.append(Submission(name=name, path=None))
    return empty


def _is_folder(path: Path) -> bool:
    # Unlike ``Path.is_dir`` it does not raise where one may not look.
    return os.path.isdir(path)
