"""A course: the folder with ``nbgrader_config.py``, and the settings made there."""

from __future__ import annotations

import ast
import contextlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
from traitlets.config.loader import Config, DeferredConfigString, PyFileConfigLoader

from autograder.core import decode
from autograder.core.course_root import CONFIG, find_root, roots_above
from autograder.core.errors import CourseError
from autograder.core.exception_names import public_name
from autograder.core.lesson import Lesson

Positive = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

NO_GPU = ("accept", "not_applicable", "error")
# The module of each sandbox, which is loaded by its name.
ISOLATION = {
    "auto": "autograder.sandbox.sealed_sandbox",
    "none": "autograder.sandbox.plain_sandbox",
}
KEEP = ("last", "best")
# The seed that is another one for each student.
STUDENT = "student"
MIN_SECRET = 16
# Keras takes a seed of 32 bits.
SEED_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a course decides, written as ``c.Autograder.name = value`` in ``nbgrader_config.py``.

    ``no_gpu``: on a machine without a GPU the device check is passed (``accept``), takes its
    points out of the sum (``not_applicable``) or needs manual review (``error``).
    ``cell_seconds`` and ``seconds`` limit a cell and a whole submission. ``workers`` is the number
    of submissions that run at the same time; 0 means one for each processor core.

    ``seed`` is set before the first cell: a number, the same for all, so that what succeeds for one
    succeeds for all who do the same; or ``student``, for a number of each student's own, made from
    the student's id and from ``seed_secret``. That is a long random text that no student may know,
    which the course keeps from run to run. Luck is each student's own then; but every submission is
    run by itself, which takes longer: no two students share a run.

    ``package`` is what students give ``pip install`` for this package: an address such as
    ``git+https://…``, written into the notebook's first cell; else the repository of the package,
    where that has an address.

    ``keep`` says which of a student's submissions counts in the gradebook, the ``last`` or the
    ``best``.

    ``follow_through``: where a student's cell leaves nothing that later questions can use, these
    are marked with the solution in its place, and earn this share of their points; 0 turns it off.

    ``isolation`` is ``auto``, or ``none`` to run submissions with one's own rights; ``gpus`` lets
    them use the GPUs there are. A submission may use ``memory_mb`` MiB of memory,
    ``processes`` processes and threads, files of ``file_mb`` MiB each and ``scratch_mb`` MiB
    together; a cell may output ``output_mb`` MiB, and ``evidence_mb`` MiB of arrays are kept.

    ``replay``: a training that several notebooks ask for is done once, by a process of ours, and
    replayed in the others; it is the same to the last bit. It needs sandboxes.
    """

    no_gpu: str = "accept"
    cell_seconds: Positive = 300
    seconds: Positive = 900
    seed: int | str = 20
    seed_secret: str = ""
    workers: Annotated[int, msgspec.Meta(ge=0)] = 0
    package: str = ""
    keep: str = "last"
    follow_through: Share = 1.0
    isolation: str = "auto"
    gpus: bool = True
    memory_mb: Positive = 4096
    processes: Positive = 512
    file_mb: Positive = 256
    scratch_mb: Positive = 1024
    output_mb: Positive = 4
    evidence_mb: Annotated[int, msgspec.Meta(ge=1, le=64)] = 64
    replay: bool = True

    def __post_init__(self) -> None:
        for name, choices in (("no_gpu", NO_GPU), ("isolation", ISOLATION), ("keep", KEEP)):
            if (given := getattr(self, name)) not in choices:
                raise CourseError(
                    f"Autograder.{name} is “{given}”; it may be {', '.join(choices)}."
                )
        if isinstance(self.seed, str) and self.seed != STUDENT:
            raise CourseError(
                f"Autograder.seed is “{self.seed}”; it may be a number, or {STUDENT}."
            )
        if self.seed == STUDENT and len(self.seed_secret) < MIN_SECRET:
            raise CourseError(
                f"Autograder.seed is “{STUDENT}”, and Autograder.seed_secret has fewer than"
                f" {MIN_SECRET} characters. Make a secret once with"
                ' `python -c "import secrets; print(secrets.token_hex())"`, and keep it.'
            )
        # It is written between quotation marks, in one line.
        if not self.package.isprintable() or set(self.package) & set('"\\'):
            raise CourseError(f"Autograder.package is no address: {self.package!r}.")

    def for_student(self, student: str) -> Settings:
        """Return what may be known where a student's code runs: a number as seed, and no secret."""
        seed = self.seed
        if isinstance(seed, str):
            digest = hmac.digest(self.seed_secret.encode(), student.encode(), "sha256")
            seed = int.from_bytes(digest[:SEED_BYTES], "big")
        return replace(self, seed=seed, seed_secret="")


@dataclass(frozen=True, kw_only=True)
class Course:
    """The folder of a course (``None`` for a student's machine) and its settings."""

    root: Path | None = None
    settings: Settings = Settings()

    @property
    def base(self) -> Path:
        """The folder of the course, else the current one."""
        return self.root or Path.cwd()

    def folder(self) -> Path:
        """Return the folder of the course.

        Raises:
            CourseError: there is none.
        """
        if self.root is None:
            raise CourseError(f"There is no {CONFIG} here or above: this is not a course's folder.")
        return self.root

    def released(self, lesson: Lesson) -> Path:
        """Return the students' notebook: the course's own, else the one in the package."""
        return self._notebook("release", lesson) or lesson.released

    def solved(self, lesson: Lesson) -> Path | None:
        """Return the notebook with the solutions, ``None`` where the course has none."""
        return self._notebook("source", lesson)

    def has_released(self, lesson: Lesson) -> bool:
        """Return whether the course has a students' notebook of its own for the lesson."""
        return self._notebook("release", lesson) is not None

    def _notebook(self, folder: str, lesson: Lesson) -> Path | None:
        path = self.root and self.root / folder / lesson.name / lesson.notebook
        return path if path and path.is_file() else None

    def checks(self, lesson: Lesson) -> tuple[Path, ...]:
        """Return a lesson's check files, with the course's own in ``checks/<lesson>/`` last."""
        own = sorted((self.root / "checks" / lesson.name).glob("check_*.py")) if self.root else []
        return (*lesson.checks, *own)

    def decisions(self, lesson: Lesson) -> Path:
        """Return the file with what was decided on groups of answers; it may not exist."""
        return self.base / "review" / f"{lesson.name}.toml"


def find_course(start: Path) -> Course:
    """Return the course that contains ``start``, or an empty one where there is none.

    Raises:
        CourseError: the configuration cannot be read.
    """
    return open_course(find_root(start))


def open_course(root: Path | None) -> Course:
    """Run the configuration in this folder and return the course with its settings.

    Raises:
        CourseError: the configuration cannot be read.
    """
    return Course(root=root, settings=read_settings(root / CONFIG)) if root else Course()


def named_root(folder: Path) -> Path:
    """Return the absolute path of a course folder that was named by the user.

    Raises:
        CourseError: there is no configuration in it.
    """
    if not (folder / CONFIG).is_file():
        raise CourseError(f"There is no {CONFIG} in {folder}: this is not a course's folder.")
    return folder.resolve()


def current_root(graded: Iterable[Path] = ()) -> Path | None:
    """Return the course folder that contains the working directory; do not run its configuration.

    Args:
        graded: notebooks and folders that are about to be graded. A student may have written a
            configuration that lies in or below them, or next to a notebook.

    Raises:
        CourseError: the course is ambiguous, or a student may have written its configuration.
    """
    match roots_above(Path.cwd()):
        case []:
            return None
        case [root]:
            pass
        case [root, outer, *_]:
            raise CourseError(
                f"There are two courses here, one inside the other: {root} and {outer}."
                " Name one of them with --course."
            )
    for path in graded:
        if root.is_relative_to(path.resolve().parent if path.is_file() else path.resolve()):
            raise CourseError(
                f"{root / CONFIG} lies in what is to be graded ({path}) and could be a student's:"
                " it was not run. Name the course's folder with --course, or start from a folder"
                " outside of what is graded."
            )
    return root


class OwnSettings(Config):
    """nbgrader's configuration, of which only our own settings are of interest."""


class _OwnLoader(PyFileConfigLoader):
    def clear(self) -> None:
        self.config = OwnSettings()


def read_settings(path: Path) -> Settings:
    """Read the settings from an ``nbgrader_config.py``.

    Raises:
        CourseError: it cannot be run, or a setting does not exist or has a wrong value.
    """
    try:
        config = _OwnLoader(path.name, path=str(path.parent)).load_config()
    except Exception:  # noqa: BLE001  the file is a program: it may raise anything
        # Perhaps only because nbgrader is not set up there.
        try:
            config = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
        except Exception as error:
            raise CourseError(f"{path.name}: {public_name(type(error))}: {error}") from error
    return settings_of(config, path.name)


def settings_of(config: Mapping[str, Any], name: str = CONFIG) -> Settings:
    """Return our settings from nbgrader's configuration, which was read from the file ``name``.

    Raises:
        CourseError: a setting does not exist or has a wrong value.
    """
    given = {name: _plain(value) for name, value in config.get("Autograder", {}).items()}
    known = {field.name for field in fields(Settings)}
    if unknown := sorted(set(given) - known):
        raise CourseError(
            f"{name}: there is no setting Autograder.{unknown[0]}."
            f" There are: {', '.join(sorted(known))}."
        )
    try:
        return decode.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise CourseError(f"{name}: Autograder: {error}.") from error


def _plain(value: Any) -> Any:
    """Return a value with its type, even if it was given as ``--Autograder.name=value``."""
    if not isinstance(value, DeferredConfigString):
        return value
    with contextlib.suppress(ValueError, SyntaxError):
        return ast.literal_eval(str(value))
    return str(value)
