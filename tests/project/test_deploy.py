"""What administrators copy from ``docs/deploy`` and type, and the version that they are told."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from nbgrader.preprocessors import Execute
from traitlets.config.loader import PyFileConfigLoader

import autograder
from autograder import DISTRIBUTION
from autograder.core.config import Settings
from autograder.core.lesson_registry import lesson_names

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
GUIDE = (ROOT / "docs" / "administrators.md").read_text()
TEXTS = [
    *(ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *DEPLOY.iterdir()),
    *(ROOT / "autograder").rglob("*.yml"),
    *(ROOT / "autograder").rglob("*.py"),
    *(ROOT / "autograder" / "authoring" / "scaffold").glob("*.txt"),
    ROOT / "autograder" / "nbgrader_plugin" / "lessons.toml",
    *(ROOT / "examples").iterdir(),
]
# Where pip would look it up, as anyone who is no part of this could have put it there.
NAME = rf"(?:{DISTRIBUTION}|{{DISTRIBUTION}})"
BARE = re.compile(rf"pip install[^\n`]*?[\s'\"]{NAME}(?!\s*@)(?=[\s'\"\[]|$)", re.MULTILINE)


def test_the_version_is_that_of_the_project() -> None:
    """It stands in one place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert autograder.__version__ == project["version"]
    with pytest.raises(AttributeError):
        _ = autograder.version


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_nobody_is_told_to_install_a_name(path: Path) -> None:
    """It is in no public index."""
    assert not BARE.findall(path.read_text())


@pytest.mark.parametrize(
    ("text", "is_bare"),
    [
        ("pip install building-a-brain", True),
        ("pip install --upgrade building-a-brain      # or", True),
        ("pip install 'building-a-brain[study]'", True),
        ("pip install '{DISTRIBUTION}[study]'", True),
        ('pip install "building-a-brain @ git+https://example.org"', False),
        ("pip install git+https://example.org/building-a-brain.git", False),
        ("pip install .", False),
    ],
)
def test_a_bare_name_is_recognised(text: str, *, is_bare: bool) -> None:
    """The test above can fail."""
    assert bool(BARE.search(text)) is is_bare


def test_validate_waits_as_long_as_grading() -> None:
    """What nbgrader reads on the hub, for its own way to run a notebook."""
    config = PyFileConfigLoader("nbgrader_config.py", str(DEPLOY)).load_config()
    assert Execute().timeout < Settings().cell_seconds
    assert Execute(config=config).timeout == Settings().cell_seconds


def test_the_image_is_given_what_it_copies_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    first, *rules = re.findall(r"^(?!#)\S+$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert first == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert let_in == set(" ".join(copied).split())
    assert all((ROOT / name).exists() for name in let_in)


def test_there_is_one_course_and_one_environment() -> None:
    """In the guide, for the hub, at night."""
    texts = [GUIDE, *(one.read_text() for one in DEPLOY.iterdir())]
    text = "\n".join(texts)
    assert set(re.findall(r"/home/grader/[\w-]+", text)) == {"/home/grader/building-a-brain"}
    assert "/srv/course" not in text
    python = re.findall(r"(\S+)/bin/pip install", GUIDE)
    assert set(python) == {"/opt/autograder"}
    for name in ("nightly.sh", "nightly.yml"):
        assert f"{python[0]}/bin" in (DEPLOY / name).read_text()
    assert "sh /home/grader/building-a-brain/nightly.sh" in GUIDE


class TestNight:
    """``nightly.sh``, with stand-ins that write down how they were called."""

    @pytest.fixture
    @staticmethod
    def course(tmp_path: Path) -> Path:
        for name in ("nbgrader", "autograder"):
            program = tmp_path / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text('#!/bin/sh\necho "${0##*/} $*" >> log\n')
            program.chmod(0o755)
        course = tmp_path / "a course"
        course.mkdir()
        (course / "nightly.sh").write_bytes((DEPLOY / "nightly.sh").read_bytes())
        return course

    @staticmethod
    def night(course: Path) -> list[str]:
        """What is called in a night, started from elsewhere as cron does; it ends well."""
        (course / "log").unlink(missing_ok=True)
        environment = {"PATH": f"{course.parent / 'bin'}:{os.defpath}"}
        subprocess.run(["sh", course / "nightly.sh"], cwd="/", env=environment, check=True)
        return (course / "log").read_text().splitlines()

    def test_every_lesson_is_collected(self, course: Path) -> None:
        """Before the first hand-in nothing is graded, and nothing is wrong."""
        wanted = {f"nbgrader collect {lesson} --update" for lesson in lesson_names()}
        assert set(self.night(course)) == wanted

    def test_what_was_handed_in_is_graded(self, course: Path) -> None:
        folder = course / "submitted" / "ann" / "building-a-brain"
        folder.mkdir(parents=True)
        assert "autograder grade submitted" not in self.night(course)
        (folder / "building-a-brain.ipynb").touch()
        *_, last = self.night(course)
        assert last == "autograder grade submitted"

    def test_what_goes_wrong_is_not_hidden(self, course: Path) -> None:
        (course.parent / "bin" / "nbgrader").write_text("#!/bin/sh\nexit 1\n")
        with pytest.raises(subprocess.CalledProcessError):
            self.night(course)
