"""The released and the solved notebooks, made from the source by nbgrader's converters.

Of a lesson that is written in one notebook its package is made first.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment, GenerateSolution
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.core.atomic_write import write_atomic
from autograder.core.config import Course
from autograder.core.course_root import CONFIG
from autograder.core.errors import CourseError
from autograder.core.lesson import Lesson
from autograder.core.lesson_registry import lesson_names, load_lesson, package_folder
from autograder.grading import points
from autograder.nbgrader_plugin import lesson_packages
from autograder.nbgrader_plugin.course_config import (
    COURSE_ID,
    alembic_on_path,
    course_directory,
    environment_variable,
)
from autograder.nbgrader_plugin.preprocessors.generate_solution import RunSolution
from autograder.nbgrader_plugin.preprocessors.one_notebook import WritePackage
from autograder.notebooks.solution import is_sealed, without_outputs

MAX_LINES = 40


class _Solution(GenerateSolution):
    """``GenerateSolution`` without the gradebook, which a solution does not need."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        BaseConverter.init_assignment(self, assignment_id, student_id)


def generate(course: Course, data_home: Path, *, force: bool = False) -> Iterator[str]:
    """Write ``release/``, the gradebook's entry and ``solutions/``; yield what was done.

    A solution that is up to date is run again only with ``force``. The packages of lessons in one
    notebook are there already: see :func:`packages`.
    """
    root = course.folder()
    for lesson in _lessons(root):
        yield from points.differences(lesson, root / "source" / lesson.name / lesson.notebook)
        files = _converted(root, lesson, GenerateAssignment, gradebook=course_directory(root))
        _write(root / "release" / lesson.name, files)
        if _holds_package(root, lesson):
            write_atomic(lesson.released, files[lesson.notebook])
        yield f"release/{lesson.name}: written."
        if not force and not _solution_differences(root, lesson):
            yield f"solutions/{lesson.name}: up to date."
            continue
        yield f"solutions/{lesson.name}: running the solution (about a minute)."
        with environment_variable("KERAS_HOME", str(data_home)):
            _write(root / "solutions" / lesson.name, _converted(root, lesson, _Solution))
        yield f"solutions/{lesson.name}: written."


def packages(course: Course) -> Iterator[str]:
    """Make the packages of the lessons that are written in one notebook; yield what was done."""
    for name in lesson_packages.authored(course.folder()):
        lesson_packages.write(course, name)
        folder = package_folder(course.folder(), name).relative_to(course.folder())
        yield f"{folder}: written."


def differences(course: Course) -> list[str]:
    """List what differs from the source in packages, ``release/`` and ``solutions/``; run nothing.

    Of a lesson whose package does, nothing else is looked at.
    """
    root = course.folder()
    stale = {
        name: lesson_packages.differences(root, name) for name in lesson_packages.authored(root)
    }
    found = [line for lines in stale.values() for line in lines]
    for lesson in _lessons(root, without=[name for name, lines in stale.items() if lines]):
        found += points.differences(lesson, root / "source" / lesson.name / lesson.notebook)
        expected = _converted(root, lesson, GenerateAssignment)
        found += _compare(root, root / "release" / lesson.name, expected)
        carried = lesson.released.read_bytes() if lesson.released.is_file() else b""
        if _holds_package(root, lesson) and carried != expected[lesson.notebook]:
            found.append(f"{lesson.released.relative_to(root)} is not what the source makes.")
        found += _solution_differences(root, lesson)
    return found


def _solution_differences(root: Path, lesson: Lesson) -> list[str]:
    folder = root / "solutions" / lesson.name
    path = folder / lesson.notebook
    expected = _converted(root, lesson, _Solution, run=False)
    if not path.is_file():
        return [f"{path.relative_to(root)} is missing."]
    actual = nbformat.read(path, as_version=4)
    plain = nbformat.writes(without_outputs(actual)) + "\n"
    found = _compare(root, folder, expected, actual={lesson.notebook: plain.encode()})
    if not found and not is_sealed(actual, lesson.thresholds):
        found.append(
            f"{path.relative_to(root)} was edited, or a threshold was changed, after it was"
            " generated."
        )
    return found


def _converted(
    root: Path,
    lesson: Lesson,
    converter: type[BaseConverter],
    *,
    gradebook: CourseDirectory | None = None,
    run: bool = True,
) -> dict[str, bytes]:
    """Return the files that an nbgrader converter makes from a copy of the source, by name."""
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch).resolve()
        shutil.copytree(root / "source" / lesson.name, stage / "source" / lesson.name)
        shutil.copyfile(root / CONFIG, stage / CONFIG)
        config: Config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
        config.CourseDirectory.root = str(stage)
        config.CourseDirectory.assignment_id = lesson.name
        if gradebook:
            config.CourseDirectory.db_url = gradebook.db_url
            # Every assignment belongs to a course; PostgreSQL insists on it.
            config.CourseDirectory.course_id = gradebook.course_id or COURSE_ID
        made = converter(coursedir=CourseDirectory(config=config), config=config)
        # Packages are made, or compared, before.
        left_out = {WritePackage, None if gradebook else SaveCells, None if run else RunSolution}
        made.preprocessors = [step for step in made.preprocessors if step not in left_out]
        made.no_database = gradebook is None
        # nbgrader's preprocessors look for the course in the current folder.
        with alembic_on_path(), _captured_log() as log_text, contextlib.chdir(root):
            try:
                made.start()
            except NbGraderException as error:
                raise CourseError(
                    f"nbgrader could not convert {lesson.name}:\n{log_text.getvalue()[-4000:]}"
                ) from error
        folder = stage / made._output_directory / lesson.name  # noqa: SLF001  nbgrader's own layout
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def _compare(
    root: Path,
    folder: Path,
    expected: Mapping[str, bytes],
    actual: Mapping[str, bytes] | None = None,
) -> list[str]:
    there = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    there.update(actual or {})
    found = []
    for name in sorted(set(there) | set(expected)):
        shown = (folder / name).relative_to(root)
        if name not in there:
            found.append(f"{shown} is missing.")
        elif name not in expected:
            found.append(f"{shown} does not come from the source.")
        elif there[name] != expected[name]:
            found.append(_diff(str(shown), there[name], expected[name]))
    return found


def _diff(name: str, there: bytes, expected: bytes) -> str:
    try:
        old, new = there.decode().splitlines(), expected.decode().splitlines()
    except UnicodeDecodeError:
        return f"{name} is not what the source makes."
    lines = list(difflib.unified_diff(old, new, name, f"{name}, as generated", lineterm="", n=1))
    rest = len(lines) - MAX_LINES
    return "\n".join([*lines[:MAX_LINES], *([f"… {rest} more lines"] if rest > 0 else [])])


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder hold exactly these files; do not touch one that is up to date."""
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            write_atomic(path, content)


def _holds_package(root: Path, lesson: Lesson) -> bool:
    """Return whether the package lies in this course, as in a clone: then it has a copy."""
    return lesson.folder.is_relative_to(root)


def _lessons(root: Path, without: Collection[str] = ()) -> list[Lesson]:
    folders = ("source", "release", "solutions")
    found = [
        name
        for name in lesson_names()
        if name not in without and any((root / one / name).is_dir() for one in folders)
    ]
    for name in found:
        if not (root / "source" / name / load_lesson(name).notebook).is_file():
            raise CourseError(f"source/{name}/{name}.ipynb is missing.")
    if not found and not without:
        there = ", ".join(lesson_names())
        raise CourseError(f"There is no lesson in source/; there could be: {there}.")
    return [load_lesson(name) for name in found]


@contextlib.contextmanager
def _captured_log() -> Iterator[io.StringIO]:
    """Capture what nbgrader logs in the block, to be shown only if it fails."""
    log_text, log = io.StringIO(), logging.getLogger("traitlets")
    handler = logging.StreamHandler(log_text)
    log.addHandler(handler)
    propagate, log.propagate = log.propagate, False
    try:
        yield log_text
    finally:
        log.removeHandler(handler)
        log.propagate = propagate
