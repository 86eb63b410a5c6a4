"""The packages of a course's lessons in one notebook: made, compared, found and refused."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import msgspec
import nbformat
import pytest
from nbgrader.api import Gradebook
from packaging.requirements import Requirement
from support import mini, written
from support.terminal import Terminal

from autograder import DISTRIBUTION, lessons
from autograder.core.config import Course, Settings
from autograder.core.errors import CourseError, LessonError
from autograder.core.evidence import Model
from autograder.core.lesson_registry import forget, load_lesson
from autograder.nbgrader_plugin import generate_assignment, lesson_packages
from autograder.testing import evidence, said

NAME = written.NAME


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course with a lesson in one notebook, found by nobody after the test."""
    monkeypatch.setattr(lessons, "__path__", list(lessons.__path__))
    root = tmp_path / "My Course 2"
    root.mkdir()
    (root / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin import configure\nconfigure(get_config())\n"
    )
    write(root)
    yield Course(root=root)
    forget(NAME)


def write(root: Path, **changes: str | None) -> None:
    """Write the source notebook into a course."""
    mini.put(root / "source" / NAME / f"{NAME}.ipynb", written.notebook(**changes))


def folder(course: Course) -> Path:
    return course.root / "lessons" / "two_pears"


def test_its_checks_are_a_lessons_checks(course: Course) -> None:
    """Found, loaded and judged like those of any other."""
    assert list(lesson_packages.authored(course.root)) == [NAME]
    assert lesson_packages.write(course, NAME)
    lesson = load_lesson(NAME)
    assert (lesson.title, lesson.max_score, lesson.folder) == ("Two Pears", 3.5, folder(course))
    results = said(lesson, evidence(lesson, {"pears": {"pears": 3}}))
    assert {name: one.outcome for name, one in results.items()} == {
        "pears.number": "failed",
        "pears.whole": "passed",
        "baskets.number": "not_attempted",
    }


def test_a_cell_that_only_trains_is_attempted_once_it_did(course: Course) -> None:
    """Whatever the model was before."""
    write(course.root, **written.TRAINS)
    lesson_packages.write(course, NAME)
    lesson, model = load_lesson(NAME), Model(number=0, kind="Sequential", steps=0)
    for steps, outcome in ((0, "not_attempted"), (5, "passed")):
        trained = msgspec.structs.replace(model, steps=steps)
        handed_in = {"pears": {"model": model}, "baskets": {"model": trained}}
        left = evidence(lesson, handed_in)
        cells = tuple(
            msgspec.structs.replace(one, changed=one.grade_id == "pears" or steps > 0)
            for one in left.record.cells
        )
        left = replace(left, record=msgspec.structs.replace(left.record, cells=cells))
        assert said(lesson, left)["baskets.number"].outcome == outcome
        assert lesson.question("baskets").is_usable(left.answer("baskets")) == (steps > 0)


def test_what_changed_is_written_and_nothing_else(course: Course) -> None:
    """What is generated and too much goes, and what the author wrote beside it stays."""
    lesson_packages.write(course, NAME)
    assert not lesson_packages.write(course, NAME)
    (folder(course) / "own.py").write_text("MINE = 1\n")
    before = {path: path.stat().st_mtime_ns for path in folder(course).rglob("*.py")}
    write(course.root, tests=None, lesson=written.LESSON.replace("Two Pears", "Pears"))
    assert lesson_packages.differences(course.root, NAME) == [
        "lessons/two_pears/lesson.py is not what source/two-pears/two-pears.ipynb makes.",
        "lessons/two_pears/tests/test_two_pears.py does not come from the source.",
    ]
    assert lesson_packages.write(course, NAME)
    assert lesson_packages.differences(course.root, NAME) == []
    assert load_lesson(NAME).title == "Pears"
    after = {path: path.stat().st_mtime_ns for path in folder(course).rglob("*.py")}
    changed = {path.name for path in before if after.get(path) != before[path]}
    assert changed == {"lesson.py", "test_two_pears.py"}


def test_a_stale_package_is_said_to_be_one(course: Course) -> None:
    """And where none was made yet; checking writes nothing."""
    found = generate_assignment.differences(course)
    assert "lessons/two_pears/check.py is missing." in found
    assert not (course.root / "lessons").exists()


def test_a_package_by_hand_is_never_written_over(course: Course) -> None:
    """It is somebody's work."""
    path = folder(course) / "lesson.py"
    path.parent.mkdir(parents=True)
    path.write_text("MINE = 1\n")
    with pytest.raises(CourseError, match=r"lessons/two_pears/lesson.py was not made from"):
        lesson_packages.write(course, NAME)
    assert path.read_text() == "MINE = 1\n"
    assert len(list(folder(course).rglob("*"))) == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"lesson": f"{written.LESSON}\nHALF = 1 / 0"}, "cell 1 (“lesson”), line 7: ZeroDivision"),
        (
            {"checks_pears": f"{written.CHECK_PEARS}\n\nimport nowhere_at_all"},
            "cell 6 (“checks_pears”), line 14: ModuleNotFoundError",
        ),
    ],
)
def test_what_cannot_be_imported_is_named_by_its_cell(course: Course, changes, where) -> None:
    """The line of the notebook, not of what was made of it."""
    write(course.root, **changes)
    with pytest.raises(LessonError) as raised:
        lesson_packages.write(course, NAME)
    assert f"two-pears.ipynb, {where}" in str(raised.value)
    assert "autograder.lessons.two_pears" not in sys.modules


def test_only_the_source_is_looked_at(course: Course) -> None:
    """Never a notebook that was handed in, nor one of another name."""
    for place in (f"submitted/ann/{NAME}", "source/other"):
        mini.put(course.root / place / f"{NAME}.ipynb", written.notebook())
    assert list(lesson_packages.authored(course.root)) == [NAME]


def test_a_source_that_is_no_notebook(course: Course) -> None:
    """It is named."""
    (course.root / "source" / NAME / f"{NAME}.ipynb").write_text("{")
    with pytest.raises(CourseError, match=r"two-pears.ipynb cannot be read"):
        list(lesson_packages.authored(course.root))


def test_it_goes_beside_ours_in_a_clone(course: Course, monkeypatch) -> None:
    """Where the package itself lies in the course, and nothing has to be installed."""
    ours = course.root / "autograder" / "lessons"
    monkeypatch.setattr(lessons, "__path__", [str(ours), str(course.root / "lessons")])
    lesson_packages.write(course, NAME)
    assert (ours / "two_pears" / "lesson.py").is_file()
    assert not (course.root / "lessons").exists()


def test_the_packaging_is_written_once(course: Course) -> None:
    """The next lesson leaves it alone."""
    lesson_packages.write(course, NAME)
    path = course.root / "lessons" / "pyproject.toml"
    assert 'name = "my-course-2-lessons"' in path.read_text()
    path.write_text("mine")
    lesson_packages.write(course, NAME)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("package", "needed"),
    [
        ("git+https://example.org/it", [f"{DISTRIBUTION} @ git+https://example.org/it"]),
        ("", []),
        ("./wheels/it.whl", []),
    ],
)
def test_pip_is_told_of_the_package_by_its_address(course, package: str, needed: list[str]) -> None:
    """Never by a name that it would look up."""
    settings = Settings(package=package)
    lesson_packages.write(Course(root=course.root, settings=settings), NAME)
    project = tomllib.loads((course.root / "lessons" / "pyproject.toml").read_text())
    assert project["project"]["dependencies"] == needed
    assert [str(Requirement(one)) for one in needed] == needed
    assert project["tool"]["hatch"]["metadata"]["allow-direct-references"]


@pytest.mark.slow
@pytest.mark.kernel
def test_nbgraders_commands_are_enough(tmp_path: Path, sample_keras: Path) -> None:
    """They make the package and the release, and the gradebook has the points of the checks."""
    root = tmp_path / "course"
    write(root)
    (root / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin import configure\nconfigure(get_config())\n"
    )
    terminal = Terminal(folder=root, home=tmp_path, keras=sample_keras)
    terminal.type(f"nbgrader generate_assignment {NAME}")
    released = root / "release" / NAME / f"{NAME}.ipynb"
    assert (root / "lessons" / "two_pears" / "lesson.py").is_file()
    for word in ("secret", "pytest", "evidence", "LESSON"):
        assert word not in released.read_text()
    for student, answers in (("ann", {"pears": 2, "baskets": 1}), ("bob", {"pears": 3})):
        notebook = nbformat.read(released, as_version=4)
        for name, value in answers.items():
            mini.cell_of(notebook, name).source += f"\n{name} = {value}"
        mini.put(root / "submitted" / student / NAME / f"{NAME}.ipynb", notebook)
    terminal.type(f"nbgrader autograde {NAME} --create")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 3.5
        scores = {one.student.id: one.score for one in gradebook.assignment_submissions(NAME)}
    assert scores == {"ann": 3.5, "bob": 0.5}
