"""Where a course is: the folder with ``nbgrader_config.py``. Imports no other module of ours."""

from __future__ import annotations

import stat
from pathlib import Path

CONFIG = "nbgrader_config.py"
# nbgrader's folders with files of students; `autograded` and `feedback` hold copies of them.
SUBMISSION_FOLDERS = ("submitted", "autograded", "feedback", "downloaded")


def find_root(start: Path) -> Path | None:
    """Return the nearest course folder that contains ``start``; do not run its configuration."""
    return next(iter(roots_above(start)), None)


def roots_above(start: Path) -> list[Path]:
    """Return the folders with a configuration that contain ``start``, the nearest first."""
    folders = (start.resolve(), *start.resolve().parents)
    found = [one for one in folders if (one / CONFIG).is_file() and not _is_everyones(one)]
    # A folder inside a submission is never a course, whatever a student put into it.
    submissions = [folder / name for folder in found for name in SUBMISSION_FOLDERS]
    return [one for one in found if not any(one.is_relative_to(folder) for folder in submissions)]


def _is_everyones(folder: Path) -> bool:
    """Return whether every user may write to the folder, as with ``/tmp``."""
    wanted = stat.S_ISVTX | stat.S_IWOTH
    return folder.stat().st_mode & wanted == wanted
