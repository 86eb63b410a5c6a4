"""What several test modules share."""

from __future__ import annotations

import os

# NumPy looks at it when it is imported. Threads that share small matrices wait for each other more
# than they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Before what it is for, which nbgrader imports.
from autograder.core import blocked_imports  # noqa: F401, I001  takes effect when it is imported

import functools
import gc
import itertools
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbgrader import api
from support import gradebook_course, lasting_processes, postgres, throwaway

from autograder import datasets
from autograder.core.lesson import Lesson
from autograder.datasets.fashion_mnist import DATASET
from autograder.grading import grader


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that keeps what is said now: see ``frozen.py``."""
    parser.addoption("--freeze", action="store_true", help="keep what is said now in frozen.json")


def pytest_collection_finish() -> None:
    """Leave what was imported out of garbage collections: of TensorFlow there are millions."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def freeze(request: pytest.FixtureRequest) -> bool:
    """Whether what is said now is to be kept."""
    return bool(request.config.getoption("--freeze"))


@pytest.fixture(scope="session")
def sample_keras(tmp_path_factory) -> Path:
    """A Keras home with the sample in it, to be named in ``KERAS_HOME``."""
    home = tmp_path_factory.mktemp("keras")
    datasets.install(DATASET, DATASET.shipped, DATASET.folder(home))
    return home


@pytest.fixture(scope="session")
def sample(sample_keras: Path) -> datasets.Images:
    """The shipped sample: 12,000 images to train on, 2,000 to validate."""
    return DATASET.load(sample_keras)


@pytest.fixture(autouse=True)
def _absl_closes_nothing() -> None:
    """Keep TensorFlow's log from closing what pytest captures.

    absl writes to the standard error that there was when TensorFlow was imported, and closes it
    where another one is there by the time that somebody, such as traitlets, sets logging up anew.
    """
    if absl := sys.modules.get("absl.logging"):
        absl.get_absl_handler().python_handler.stream = sys.__stderr__


@pytest.fixture(scope="session", autouse=True)
def _trainings_are_done_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Share the trainings of all classes that are graded in these processes, as in one class.

    What is about trainings asks for them by itself.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each worker has a folder of its own in that of all.
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        # Of a path below the results, and of an absolute one, the absolute one is left.
        patch.setattr(grader, "TRAININGS", str(folder / "trainings"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _alembic_is_asked_once() -> Iterator[None]:
    """Ask alembic once for nbgrader's newest version: for each new gradebook it takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "get_alembic_version", functools.cache(api.get_alembic_version))
        yield


@pytest.fixture(scope="module")
def lasting_reader() -> Iterator[None]:
    """One process reads what is handed in, in all tests of a file."""
    with lasting_processes.lasting_reader():
        yield


@pytest.fixture(scope="module")
def lasting_judge() -> Iterator[None]:
    """One process judges, in all tests of a file: with the checks of one course."""
    with lasting_processes.lasting_judge():
        yield


@pytest.fixture
def any_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """A lesson made on the fly, in a folder of its own, that can be found like any other."""
    throwaway.write(tmp_path / "lessons")
    return throwaway.importable_lesson(
        throwaway.NAME, throwaway.PACKAGE, tmp_path / "lessons", monkeypatch
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server for the tests alone."""
    with postgres.server() as server:
        yield server


@pytest.fixture(scope="session")
def gradebook_file(tmp_path_factory) -> Path:
    """A gradebook with the assignment in it, to be copied: to make one takes seconds."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    gradebook_course.blank_gradebook(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def gradebook_template(postgres_server: postgres.Server) -> str:
    """The same as a database on the server."""
    gradebook_course.blank_gradebook(postgres_server.create("template_gradebook"))
    return "template_gradebook"


@pytest.fixture(params=["sqlite", "postgresql"])
def no_gradebook(request, tmp_path: Path) -> str:
    """The address of a gradebook that is still to be made; of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'grades.db'}"
    server = request.getfixturevalue("postgres_server")
    return server.create(f"g{uuid.uuid4().hex}")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_gradebook(request, tmp_path: Path) -> Callable[[], str]:
    """Makes a gradebook with the assignment in it and tells its address; of each kind."""
    if request.param == "sqlite":
        template = request.getfixturevalue("gradebook_file")
        names = (tmp_path / f"{number}.db" for number in itertools.count())
        return lambda: gradebook_course.copy_file(template, next(names))
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("gradebook_template")
    return lambda: server.create(f"g{uuid.uuid4().hex}", template)
