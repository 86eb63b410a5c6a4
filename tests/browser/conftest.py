"""A browser, a course with an exchange, a student with a JupyterLab; what is kept of a failure."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import browsing
import people
import pytest
from course import Course

WINDOW = pytest.StashKey[browsing.Window]()
ARTEFACTS = Path(__file__).parent.parent.parent / "test-artefacts" / "browser"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Keep what the open pages showed when a test failed, and what the servers said."""
    report = yield
    if report.failed and (window := item.config.stash.get(WINDOW, None)):
        name = re.sub(r"[^\w.-]+", "-", item.name)
        window.record_failure(ARTEFACTS / item.path.stem / "failed" / name, call.excinfo.value)
    return report


@pytest.fixture(scope="module", autouse=True)
def pictures(request) -> Path:
    """The folder where a module leaves the pictures of its decisive moments."""
    folder = ARTEFACTS / request.path.stem
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def window(request) -> Iterator[browsing.Window]:
    """A browser. It ends with its module: as long as it runs, nobody can use asyncio."""
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(browsing.window())
        except browsing.NoBrowser as reason:
            pytest.skip(str(reason))
        request.config.stash[WINDOW] = opened
        yield opened
        del request.config.stash[WINDOW]


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Course:
    """A course whose assignment is released in an exchange."""
    course = Course.create(tmp_path_factory.mktemp("course"))
    course.release()
    return course


@pytest.fixture(scope="session")
def student(tmp_path_factory, course: Course) -> people.Person:
    """A student of the course, as an administrator of a hub sets one up."""
    return people.moved_in(tmp_path_factory.mktemp("student"), course.config)


@pytest.fixture(scope="session")
def server(student: people.Person) -> Iterator[people.Server]:
    """The student's JupyterLab."""
    with people.serving(student) as server:
        yield server
