"""Which notebooks to grade: a file, a folder of files, or nbgrader's ``submitted/`` tree."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.core.errors import SubmissionError
from autograder.core.folders import OnSkipped, walk_folders
from autograder.grading.student_names import Owner, Tree

# The most notebooks that are named among those not graded.
MAX_NAMES = 10
MAX_LETTERS = 80
HIDDEN = re.compile(r"^[._]")


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One submission: ``path`` is its notebook, ``None`` where the folder has none.

    ``folder`` is given where it belongs to this submission alone: its other files go along.
    ``source`` is the original submission, where ``path`` and ``folder`` are copies of it.
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
    """Return a file's name as text: not every system writes names in UTF-8."""
    return name.encode("utf-8", "replace").decode()


def _shown(name: str) -> str:
    """Return a file's name for a note, which has a limit."""
    name = readable(name)
    return name if len(name) <= MAX_LETTERS else f"{name[:MAX_LETTERS]}…"


def find_submissions(paths: Iterable[Path]) -> list[Submission]:
    """Return the submissions under the paths, in the order of their names.

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


def choose(notebooks: Sequence[Path], expected_name: str) -> tuple[Path, tuple[str, ...]]:
    """Return the notebook to grade among several, and notes on the choice.

    The one with the assignment's name, else the one that was saved last.
    """
    # What is a folder or a pipe is read only where there is nothing else, which says so.
    usable = [path for path in notebooks if os.path.isfile(path)] or notebooks
    named = [path for path in usable if path.name == expected_name]
    # Of several with the right name the outermost one: copies are deeper.
    chosen = min(named, key=lambda path: len(path.parts), default=None)
    if chosen is None:
        chosen = max(usable, key=lambda path: (path.lstat().st_mtime, path.name))
    notes = []
    if len(notebooks) > 1:
        others = sorted({path.name for path in notebooks} - {chosen.name})
        listed = ", ".join(_shown(name) for name in others[:MAX_NAMES])
        more = f" and {len(others) - MAX_NAMES:,} more" if len(others) > MAX_NAMES else ""
        other = f"{listed}{more}" if others else "others of the same name"
        notes.append(
            f"There are {len(notebooks):,} notebooks: {_shown(chosen.name)} was graded, not"
            f" {other}."
        )
    if chosen.name != expected_name and expected_name:
        notes.append(f"The notebook had been renamed {_shown(chosen.name)}.")
    return chosen, tuple(notes)


def notebooks_in(folder: Path, unseen: OnSkipped = lambda *_: None) -> list[Path]:
    """Return the notebooks under a folder, without links and hidden ones such as checkpoints.

    ``unseen`` is called for each folder that is not searched, with the reason.
    """
    return sorted(
        here / name
        for here, folders, files in walk_folders(folder, unseen, HIDDEN.match)
        for name in (*folders, *files)
        if name.endswith(".ipynb") and not (here / name).is_symlink()
    )


def _in_folder(root: Path) -> list[Submission]:
    tree = Tree(root.resolve())
    groups: dict[Owner, list[Path]] = {}
    unseen: dict[Owner, str] = {}

    def missed(folder: Path, why: str) -> None:
        name = readable(folder.name)[:60]
        for owner in tree.owners(folder):
            unseen.setdefault(owner, f"The folder “{name}” was not looked into: {why}.")

    for path in notebooks_in(tree.root, missed):
        if owner := tree.owner(path):
            groups.setdefault(owner, []).append(path)
    found = []
    for owner, notebooks in groups.items():
        wanted = f"{owner.lesson}.ipynb" if owner.lesson else ""
        chosen, notes = choose(notebooks, wanted)
        if note := unseen.pop(owner, ""):
            notes = (*notes, note)
        found.append(_submission(owner, chosen, notes))
    # Of students without a notebook elsewhere: it may lie where nobody could search.
    names = {owner.name for owner in groups}
    missing = [one for one in unseen if one.folder and one.name not in names]
    found += [_submission(owner, None, (unseen[owner],)) for owner in missing]
    if found:
        known = {*groups, *missing}
        found += [_submission(owner, None) for owner in tree.empty(known)]
    return sorted(found, key=lambda one: (one.name, str(one.folder or "")))


def _submission(owner: Owner, path: Path | None, notes: tuple[str, ...] = ()) -> Submission:
    return Submission(name=readable(owner.name), path=path, folder=owner.folder, notes=notes)
