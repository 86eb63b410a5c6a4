"""A course's configuration as nbgrader itself reads it: where its gradebook and folders are."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from jupyter_core.application import JupyterApp
from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from traitlets.config import Application, Config

from autograder.core.course_root import CONFIG
from autograder.core.errors import CourseError, EmptyGradebook

GENERATE = "Run `autograder generate`, or `nbgrader generate_assignment`, first."
COURSE_ID = "default_course"  # what nbgrader's own gradebook calls a course without a name


class _Reader(NbGrader):
    """Reads configuration files, and translates the old names of settings."""

    name = "nbgrader"


def course_directory(root: Path) -> CourseDirectory:
    """Return the course's folder as nbgrader sees it; ``config`` holds all of its settings.

    The user's and the machine's ``nbgrader_config.py`` are read too, as in nbgrader: a
    gradebook on a server is often configured there.

    Raises:
        CourseError: the address of the gradebook is invalid.
    """
    directory = CourseDirectory(config=_config(root), root=str(root))
    directory.db_url = _absolute(directory.db_url, root)
    return directory


def _config(root: Path) -> Config:
    reader = _Reader()
    with course_on_path(root):
        JupyterApp.load_config_file(reader)
        Application.load_config_file(reader, Path(CONFIG).stem, path=str(root))
    config: Config = reader.config
    return config


def _absolute(address: str, root: Path) -> str:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise CourseError(f"CourseDirectory.db_url is no address of a database: {error}") from error
    file = url.database
    if url.get_backend_name() != "sqlite" or not file or file.startswith((":memory:", "file:")):
        return address
    # A relative path is relative to the course's folder, in which nbgrader is started.
    return url.set(database=str(root / file)).render_as_string(hide_password=False)


def submitted_folder(directory: CourseDirectory, student: str, lesson: str) -> Path:
    """Return the folder that a student handed in."""
    return Path(directory.format_path(directory.submitted_directory, student, lesson))


def open_gradebook(directory: CourseDirectory) -> Gradebook:
    """Open the course's gradebook, which has to exist already; the caller closes it.

    Raises:
        EmptyGradebook: there is none.
        CourseError: it cannot be reached or read.
    """
    address = directory.db_url
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise EmptyGradebook(f"There is no gradebook {url.database} yet. {GENERATE}")
    with database_errors(address), alembic_on_path():
        return Gradebook(address, directory.course_id)


@contextlib.contextmanager
def gradebook_of(root: Path) -> Iterator[Gradebook]:
    """Open the gradebook of the course in a folder; errors as ``open_gradebook``."""
    directory = course_directory(root)
    with database_errors(directory.db_url), open_gradebook(directory) as gradebook:
        yield gradebook


@contextlib.contextmanager
def database_errors(address: str) -> Iterator[None]:
    """Raise what goes wrong at the database as a ``CourseError`` in one line, without password."""
    shown = make_url(address).render_as_string(hide_password=True)
    try:
        yield
    except ModuleNotFoundError as error:
        raise CourseError(
            f"For the gradebook {shown}, {error.name} is missing. For PostgreSQL:"
            " `pip install 'psycopg[binary]'` (extra `postgresql`)."
        ) from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise CourseError(f"The gradebook {shown} cannot be used: {reason}") from error


@contextlib.contextmanager
def course_on_path(root: Path) -> Iterator[None]:
    """Let modules in the course's folder be imported, as nbgrader does: plugins live there."""
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))


@contextlib.contextmanager
def environment_variable(name: str, value: str) -> Iterator[None]:
    """Set an environment variable until the block ends."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextlib.contextmanager
def alembic_on_path() -> Iterator[None]:
    """Let nbgrader find ``alembic``, which it calls through PATH when it makes a gradebook."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with environment_variable("PATH", path):
        yield
