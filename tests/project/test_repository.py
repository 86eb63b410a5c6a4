"""The one address of the repository: set in pyproject.toml, and nowhere another one."""

from __future__ import annotations

import re
from email.message import Message
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from autograder.core import repository
from autograder.nbgrader_plugin.package_url import PLACEHOLDER, NamePackageUrl

ROOT = Path(__file__).parents[2]
# Where people read it, what stands before it, and what in its place as long as there is none.
WRITTEN = [
    ("README.md", "git clone ", "…"),
    ("docs/students.md", "%pip install git+", "https://…"),
    ("CITATION.cff", "repository-code: ", ""),
]
ADDRESS = "https://example.org/ann/brain"
OWN = "git+https://example.org/course.git"


@pytest.mark.parametrize(("file", "before", "without"), WRITTEN)
def test_people_read_the_address_that_is_set(file: str, before: str, without: str) -> None:
    """Each of them, once it is set in pyproject.toml, and nothing that looks like one before."""
    found = re.search(rf"^ *{re.escape(before)}(\S+)", (ROOT / file).read_text(), re.MULTILINE)
    assert (found[1] if found else "") == (repository.address() or without)


@pytest.fixture
def _address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose address is set, among others."""
    project = Message()
    project["Project-URL"] = "Documentation, https://example.org/site"
    project["Project-URL"] = f"Repository, {ADDRESS}"
    monkeypatch.setattr(metadata, "metadata", lambda _: project)


def first_cell(**settings: str) -> str:
    """What a released lesson says to install."""
    cell = nbformat.v4.new_code_cell(f"%pip install {PLACEHOLDER}")
    writer = NamePackageUrl(config=Config(Autograder=settings))
    resources = {"nbgrader": {"assignment": "building-a-brain"}}
    notebook, _ = writer.preprocess(nbformat.v4.new_notebook(cells=[cell]), resources)
    return str(notebook.cells[0].source)


@pytest.mark.usefixtures("_address")
def test_the_first_cell_installs_from_it() -> None:
    """Unless the course has an address of its own."""
    assert repository.address() == ADDRESS
    assert first_cell() == f"%pip install git+{ADDRESS}"
    assert first_cell(package=OWN) == f"%pip install {OWN}"


def test_without_an_address_the_placeholder_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a project that has urls of other kinds only, or none."""
    monkeypatch.setattr(metadata, "metadata", lambda _: Message())
    assert repository.address() == repository.pip_address() == ""
    assert first_cell() == f"%pip install {PLACEHOLDER}"
