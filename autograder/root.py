"""Where a course is: the folder with ``nbgrader_config.py``. Imports nothing of ours."""

from __future__ import annotations

from pathlib import Path

CONFIG = "nbgrader_config.py"


def find_root(start: Path) -> Path | None:
    """The folder of the course that ``start`` lies in; its configuration is not run."""
    places = (start.resolve(), *start.resolve().parents)
    found = [folder for folder in places if (folder / CONFIG).is_file()]
    # What was handed in to a course is none itself, whatever a student put into it.
    handed_in = [folder / "submitted" for folder in found]
    return next(
        (one for one in found if not any(one.is_relative_to(place) for place in handed_in)), None
    )
