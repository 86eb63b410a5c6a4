"""An autograder for Gradescope: one archive with the package, the lesson and the settings.

Its content and where Gradescope unpacks it:
https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path

from autograder.core.config import Course, Settings
from autograder.core.course_root import CONFIG
from autograder.core.lesson import Lesson
from autograder.exporters.gradescope_zip.wheel import constraints, wheel, zipped

PYTHONS = ("3.12", "3.11", "3.13")
SCRIPTS = ("setup.sh", "run_autograder")
# By default Gradescope ends an autograder after 600 seconds, without a score or a reason. Our limit
# has to be reached first, with time left to start and to judge.
MAX_SECONDS = 500
MAX_CELL_SECONDS = 400


def build(course: Course, lesson: Lesson) -> bytes:
    """Return the archive, ready to be uploaded."""
    name, content = wheel()
    files = {script: _script(script, lesson).encode() for script in SCRIPTS} | {
        name: content,
        "constraints.txt": "".join(f"{line}\n" for line in constraints()).encode(),
        f"course/{CONFIG}": _configuration(course.settings).encode(),
        f"course/release/{lesson.name}/{lesson.notebook}": course.released(lesson).read_bytes(),
    }
    own = course.root / "checks" / lesson.name if course.root else None
    for path in sorted(own.glob("*.py")) if own else ():
        files[f"course/checks/{lesson.name}/{path.name}"] = path.read_bytes()
    return zipped(files, executable=SCRIPTS)


def _script(name: str, lesson: Lesson) -> str:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    # The Python that the locked versions come from is tried first.
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    pythons = [here, *(one for one in PYTHONS if one != here)]
    return text.replace("@LESSON@", lesson.name).replace("@PYTHONS@", " ".join(pythons))


def _configuration(settings: Settings) -> str:
    """Return the course's settings without its other configuration, which may hold passwords."""
    limited = replace(
        settings,
        seconds=min(settings.seconds, MAX_SECONDS),
        cell_seconds=min(settings.cell_seconds, MAX_CELL_SECONDS),
    )
    given = (
        f"c.Autograder.{field.name} = {getattr(limited, field.name)!r}"
        for field in fields(limited)
        if getattr(limited, field.name) != field.default
    )
    return "\n".join(["c = get_config()", *given, ""])
