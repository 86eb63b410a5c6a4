"""A new lesson runs right away, wherever it lives; and the guide for authors does as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder import lessons
from autograder.authoring import scaffold
from autograder.core import lesson_registry
from autograder.core.config import Course
from autograder.core.errors import CourseError, UsageError
from autograder.nbgrader_plugin import lesson_packages
from autograder.notebooks.authored import is_authored, read_lesson

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "one-notebook.md"
CONFIG = """
from autograder.nbgrader_plugin import configure

c = get_config()
configure(c)
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course of somebody who has installed the package."""
    monkeypatch.setattr(lessons, "__path__", list(lessons.__path__))
    root = tmp_path / "My Course 2"
    root.mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG)
    return Course(root=root)


def in_course(root: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as one types it in the folder of the course."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euc", command],
        cwd=root,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


class TestWriting:
    """What is written, where, and when nothing is."""

    def test_one_notebook(self, course: Course) -> None:
        """In the course's source, and no placeholder is left in it."""
        made = scaffold.make(course, "two-layers")
        assert made == course.root / "source" / "two-layers" / "two-layers.ipynb"
        assert "$" not in made.read_text()
        notebook = nbformat.read(made, as_version=4)
        nbformat.validate(notebook)
        assert notebook.cells[1].source.startswith("# Two Layers\n")
        assert notebook.metadata.autograder.lesson == "two-layers"
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)

    def test_it_holds_a_lesson(self, course: Course) -> None:
        """Two questions, a threshold, hints, and tests at its end."""
        made = scaffold.make(course, "two-layers", "Zwei Schichten: mehr als eine")
        notebook = nbformat.read(made, as_version=4)
        assert is_authored(notebook)
        lesson = read_lesson(notebook, "two-layers")
        assert [(one.name, one.points) for one in lesson.questions] == [("build", 3), ("train", 4)]
        assert set(lesson.parts) == {"lesson", "test"}
        assert "Zwei Schichten: mehr als eine" in lesson.parts["lesson"][0].source

    @pytest.mark.parametrize(
        "name", ["Two-Layers", "two layers", "2-layers", "two_layers", "../x", "", "lambda"]
    )
    def test_a_name_that_is_none(self, course: Course, name: str) -> None:
        """It is the name of a folder, of a module and of an assignment."""
        with pytest.raises(UsageError, match="cannot be a lesson's name"):
            scaffold.make(course, name)
        assert [one.name for one in course.root.iterdir()] == ["nbgrader_config.py"]

    @pytest.mark.parametrize("title", ['A "title"', "A\ntitle", "back\\slash"])
    def test_a_title_that_is_none(self, course: Course, title: str) -> None:
        """It must fit into a line of a program."""
        with pytest.raises(UsageError, match="one line"):
            scaffold.make(course, "two-layers", title)

    @pytest.mark.parametrize("name", ["building-a-brain", "no-lesson"])
    def test_a_name_that_is_taken(self, course: Course, name: str) -> None:
        """By a lesson, or by what stands in where there is none."""
        with pytest.raises(UsageError, match="already"):
            scaffold.make(course, name)

    def test_nothing_is_written_over(self, course: Course) -> None:
        """A notebook that is there stays."""
        path = course.root / "source" / "two-layers" / "two-layers.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("mine")
        with pytest.raises(CourseError, match=r"source/two-layers/two-layers.ipynb is there"):
            scaffold.make(course, "two-layers")
        assert path.read_text() == "mine"

    def test_outside_a_course_it_says_so(self) -> None:
        """There is no place to write to."""
        with pytest.raises(CourseError, match="not a course's folder"):
            scaffold.make(Course(), "two-layers")


class TestFinding:
    """Where lessons are found besides those that come with the package."""

    @pytest.fixture(autouse=True)
    def _nothing_named(self, monkeypatch) -> None:
        monkeypatch.delenv(lesson_registry.VARIABLE, raising=False)

    def test_in_the_course_one_stands_in(self, course: Course, monkeypatch) -> None:
        """Anywhere in it."""
        (course.root / "lessons").mkdir()
        (course.root / "source" / "two-layers").mkdir(parents=True)
        monkeypatch.chdir(course.root / "source" / "two-layers")
        assert str(course.root / "lessons") in lesson_registry.search_path()

    def test_never_in_what_was_handed_in(self, course: Course, monkeypatch) -> None:
        """A student's folder may hold anything, a configuration and a lesson too."""
        theirs = course.root / "submitted" / "ann"
        (theirs / "lessons" / "evil").mkdir(parents=True)
        (theirs / "lessons" / "evil" / "lesson.py").touch()
        (theirs / "nbgrader_config.py").touch()
        monkeypatch.chdir(theirs)
        assert str(theirs / "lessons") not in lesson_registry.search_path()

    def test_in_folders_that_are_named(self, tmp_path: Path, monkeypatch) -> None:
        """As on a hub, where the notebook lies nowhere near the course."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a").mkdir()
        monkeypatch.setenv(lesson_registry.VARIABLE, f"{tmp_path / 'a'}:{tmp_path / 'nowhere'}")
        assert str(tmp_path / "a") in lesson_registry.search_path()
        assert str(tmp_path / "nowhere") not in lesson_registry.search_path()

    def test_in_packages_that_were_installed(self, tmp_path: Path, monkeypatch) -> None:
        """By an entry point; one that names nothing is passed over."""
        monkeypatch.chdir(tmp_path)
        site = tmp_path / "site"
        (site / "brain_lessons" / "two_layers").mkdir(parents=True)
        info = site / "brain_lessons-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brain-lessons\nVersion: 1.0\n")
        points = f"[{lesson_registry.GROUP}]\nours = brain_lessons\ngone = no_such_package\n"
        (info / "entry_points.txt").write_text(points)
        monkeypatch.syspath_prepend(str(site))
        assert str(site / "brain_lessons") in lesson_registry.search_path()

    def test_where_the_folder_one_stood_in_is_gone(self, tmp_path: Path, monkeypatch) -> None:
        """Nothing is found there, and nothing fails."""
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        assert isinstance(lesson_registry.search_path(), list)


def test_the_command_tells_what_it_wrote_and_what_to_do(course: Course) -> None:
    """And a second time that it is there."""
    done = in_course(course.root, "autograder new two-layers --title 'Two Layers'")
    assert done.returncode == 0, done.stderr
    assert "source/two-layers/two-layers.ipynb" in done.stdout
    assert "autograder generate" in done.stderr
    again = in_course(course.root, "autograder new two-layers")
    assert again.returncode == 2
    assert "source/two-layers/two-layers.ipynb is there already." in again.stderr


def commands() -> list[str]:
    """What the guide has one type, from its first section on until the lesson is graded."""
    text = GUIDE.read_text()
    start, end = text.index("## Begin"), text.index("## The cells")
    return re.findall(r"^    (?!#)(\S.*)$", text[start:end], re.MULTILINE)


def commands_on_the_example() -> list[str]:
    """What the guide has one type to try the example; ``…`` is the folder of the clone."""
    text = GUIDE.read_text()
    found = re.findall(r"^    (?!#)(\S.*)$", text[text.index("(`…` is") :], re.MULTILINE)
    return [line.replace("…", str(ROOT)) for line in found]


def test_the_guide_names_commands_that_there_are() -> None:
    """So that the slow test below runs something."""
    assert [line for line in commands() if line.startswith("autograder new")]
    assert [line for line in commands() if line.startswith("autograder grade")]
    assert [line for line in commands_on_the_example() if line.startswith("autograder mutants")]


@pytest.mark.slow
@pytest.mark.kernel
def test_the_guide_leads_to_a_lesson_that_grades(tmp_path: Path, sample_keras: Path) -> None:
    """Word for word, in an empty folder: the solution earns everything, the blank nothing."""
    done = in_course(tmp_path, "\n".join(commands()), KERAS_HOME=str(sample_keras))
    assert done.returncode == 0, done.stdout + done.stderr
    (root,) = (path.parent for path in tmp_path.rglob("nbgrader_config.py"))
    answered = json.loads((root / "grades.json").read_text())["submissions"]
    assert {one["name"]: (one["score"], one["max_score"]) for one in answered} == {
        "solution": (7, 7),
        "blank": (0, 7),
    }
    blank = next(one for one in answered if one["name"] == "blank")
    assert {one["outcome"] for one in blank["checks"]} == {"not_attempted"}
    assert "release/ and solutions/ are what source/ makes them." in done.stdout


@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.kernel
def test_the_guide_leads_to_the_example(course: Course, sample_keras: Path) -> None:
    """Word for word: its tests pass, its threshold holds, and every mutant is told."""
    command = "\n".join(commands_on_the_example())
    done = in_course(course.root, command, KERAS_HOME=str(sample_keras))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)
    assert "mutation score 100.0%" in done.stdout
    released = (course.root / "release/seven-segments/seven-segments.ipynb").read_text()
    assert "pytest" not in released
    assert "random" not in released


@pytest.mark.slow
def test_installed_lessons_are_found_elsewhere(course: Course, tmp_path: Path) -> None:
    """`pip install ./lessons`: what students do, and workers of a cluster."""
    scaffold.make(course, "two-layers")
    lesson_packages.write(course, "two-layers")
    site = tmp_path / "site"
    pip = f"{sys.executable} -m pip install --quiet --no-deps --target {site} ./lessons"
    done = in_course(course.root, pip)
    assert done.returncode == 0, done.stderr
    find = (
        "from autograder.core.lesson_registry import load_lesson as load;"
        " print(load('two-layers').folder)"
    )
    answered = in_course(tmp_path, f'python -c "{find}"', PYTHONPATH=f"{ROOT}:{site}")
    installed = site / "my_course_2_lessons" / "two_layers"
    assert answered.stdout.strip() == str(installed), answered.stderr
    assert not (installed / "tests").exists()
