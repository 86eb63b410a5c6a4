"""Which course a command works with: never one that lies in what students handed in.

What a student could put into her folder leaves a file behind where it is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.terminal import remarks

from autograder import lessons
from autograder.cli import WITHOUT_COURSE, main, parser
from autograder.core.config import current_root
from autograder.core.course_root import CONFIG, SUBMISSION_FOLDERS, find_root
from autograder.core.errors import CourseError
from autograder.core.evidence import EVIDENCE
from autograder.judge.runner import plugin_for
from autograder.nbgrader_plugin.course_config import course_directory

pytestmark = pytest.mark.usefixtures("lasting_reader")

# Files of a student's that some program reads where one stands.
TRAPS = (CONFIG, "jupyter_config.py", "jupyter_nbconvert_config.py", "conftest.py")
TRAPS = (*TRAPS, "sitecustomize.py", "nbformat.py", "lessons/evil/lesson.py")
LESSON = "building-a-brain"


@pytest.fixture(autouse=True)
def _lessons_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "__path__", list(lessons.__path__))


@pytest.fixture(autouse=True)
def _no_trap_is_sprung(tmp_path: Path) -> Iterator[None]:
    """Nothing of a student's is run in any of these tests."""
    yield
    assert [path.name for path in tmp_path.rglob("*.was-run")] == []


def trapped(folder: Path) -> Path:
    """A student's folder with a notebook that cannot be read, and every trap."""
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text("Dear teacher,")
    for name in TRAPS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(path) + '.was-run'!r}, 'w').close()\n")
    return folder


def course(folder: Path, settings: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / CONFIG).write_text(f"c = get_config()\n{settings}")
    return folder


class TestGrading:
    """`autograder grade`, from where an instructor may stand."""

    @pytest.mark.parametrize("path", [".", "..", f"{LESSON}.ipynb", "../ann"])
    def test_a_configuration_in_what_is_graded_is_refused(
        self, tmp_path: Path, monkeypatch, capsys, path: str
    ) -> None:
        """Also one beside the notebook, and one in a folder below the path."""
        monkeypatch.chdir(trapped(tmp_path / "class" / "ann"))
        assert main(["grade", path]) == 2
        printed = remarks(capsys)
        assert "could be a student's: it was not run" in printed
        assert "--course" in printed

    def test_also_by_another_name_of_the_folder(self, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(trapped(tmp_path / "ann"))
        (tmp_path / "link").symlink_to(tmp_path / "ann")
        assert main(["grade", str(tmp_path / "link")]) == 2

    def test_the_course_that_is_named_is_used(self, tmp_path, monkeypatch, capsys) -> None:
        """Its settings and its lessons, and its folder for the results."""
        ours = course(tmp_path / "course", "c.Autograder.isolation = 'none'\n")
        (ours / "lessons" / "of_ours").mkdir(parents=True)
        (ours / "lessons" / "of_ours" / "lesson.py").touch()
        monkeypatch.chdir(trapped(tmp_path / "ann"))
        assert main(["grade", ".", "--course", "../course", "--lesson", LESSON]) == 1
        printed = remarks(capsys)
        assert f"Course: {ours}" in printed
        assert "isolation: none" in printed
        assert (ours / "results" / LESSON / "building-a-brain" / "report.json").exists()
        assert [path for path in lessons.__path__ if Path(path).is_relative_to(tmp_path)] == [
            str(ours / "lessons")
        ]

    def test_what_is_graded_may_be_named_as_the_course(self, tmp_path, monkeypatch, capsys) -> None:
        ours = course(tmp_path / "course", "c.Autograder.isolation = 'none'\n")
        (ours / "empty.ipynb").write_text("")
        monkeypatch.chdir(ours)
        assert main(["grade", "."]) == 2
        assert main(["grade", ".", "--course", "."]) == 1
        assert f"Course: {ours}" in remarks(capsys)

    @pytest.mark.parametrize("step", SUBMISSION_FOLDERS)
    @pytest.mark.parametrize("path", [".", f"{LESSON}.ipynb"])
    def test_in_a_students_folder_of_a_course_that_course_is_used(
        self, tmp_path, monkeypatch, capsys, step: str, path: str
    ) -> None:
        """Nbgrader copies a student's files from one of its folders to the next."""
        ours = course(tmp_path / "course", "c.Autograder.isolation = 'none'\n")
        monkeypatch.chdir(trapped(ours / step / "ann" / LESSON))
        assert main(["grade", path, "--no-gradebook"]) == 1
        printed = remarks(capsys)
        assert f"Course: {ours}" in printed
        assert "isolation: none" in printed

    def test_the_gradebooks_settings_are_those_of_that_course_too(
        self, tmp_path, monkeypatch
    ) -> None:
        """Nbgrader's applications read what lies where one stands."""
        ours = course(tmp_path / "course", "c.CourseDirectory.course_id = 'ours'\n")
        monkeypatch.chdir(trapped(ours / "submitted" / "ann"))
        assert course_directory(find_root(Path.cwd())).course_id == "ours"

    def test_in_a_courses_folder_all_is_as_ever(self, tmp_path, monkeypatch, capsys):
        ours = course(tmp_path / "course", "c.Autograder.isolation = 'none'\n")
        trapped(ours / "submitted" / "ann" / LESSON)
        monkeypatch.chdir(ours)
        assert main(["grade", "submitted", "--no-gradebook"]) == 1
        assert f"Course: {ours}" in remarks(capsys)
        assert (ours / "results" / LESSON / "ann" / "report.json").exists()

    def test_the_program_itself_imports_nothing_from_there(self, tmp_path) -> None:
        """As it is installed, and with its judge."""
        folder = trapped(tmp_path / "ann")
        environment = {**os.environ, "HOME": str(tmp_path / "home")}
        program = [sys.executable, "-P", "-m", "autograder.cli"]
        done = subprocess.run(
            [*program, "grade", "."], cwd=folder, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 2, done.stderr
        assert b"could be a student's" in done.stderr


COMMANDS = {
    "regrade": ["regrade", "--lesson", LESSON],
    "report": ["report", "--lesson", LESSON],
    "review": ["review", "--lesson", LESSON],
    "groups": ["groups", "--lesson", LESSON],
    "comment": ["comment", "build-0", "Hm.", "--lesson", LESSON],
    "export": ["export", "csv", "--from", "results"],
    "generate": ["generate", "--check"],
    "publish-solutions": ["publish-solutions", "--lesson", LESSON],
    "extend": ["extend", "ann", "--lesson", LESSON, "--days", "1"],
    "new": ["new", "two-layers"],
    "test": ["test", LESSON],
    "study": ["study", "--check"],
    "mutants": ["mutants", "--stored", "--only", "no such mutant"],
    "doctor": ["doctor"],
}


class TestEveryCommand:
    """Each says which course it is, and can be told another."""

    def test_all_of_them_are_looked_at(self) -> None:
        (commands,) = [one.choices for one in parser()._actions if isinstance(one.choices, dict)]
        assert set(commands) == {*COMMANDS, *WITHOUT_COURSE, "grade"}

    @pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"doctor", "study"}))
    def test_the_course_that_is_named(self, tmp_path, monkeypatch, capsys, command: str) -> None:
        """And nothing of the folder one stands in is run."""
        ours = course(tmp_path / "course")
        monkeypatch.chdir(trapped(tmp_path / "ann"))
        main([*COMMANDS[command], "--course", str(ours)])
        assert f"Course: {ours}" in remarks(capsys)

    @pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"doctor"}))
    def test_of_two_courses_one_has_to_be_named(
        self, tmp_path, monkeypatch, capsys, command: str
    ) -> None:
        """The inner one could be a student's, in a folder that nbgrader calls otherwise."""
        course(tmp_path / "course")
        monkeypatch.chdir(trapped(tmp_path / "course" / "handed-in" / "ann"))
        assert main(COMMANDS[command]) == 2
        assert "one inside the other" in remarks(capsys)

    def test_what_is_named_has_to_be_a_course(self, tmp_path, monkeypatch, capsys) -> None:
        monkeypatch.chdir(tmp_path)
        assert main(["report", "--course", "nowhere"]) == 2
        assert "not a course's folder" in remarks(capsys)

    def test_where_there_is_none_that_is_said(self, tmp_path, monkeypatch, capsys) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "empty.ipynb").write_text("")
        assert main(["grade", "empty.ipynb", "--lesson", LESSON]) == 1
        assert "Course: none" in remarks(capsys)


def test_a_rehearsal_reads_no_course(tmp_path, monkeypatch, capsys) -> None:
    """A student has none, and what lies beside the notebook is not run."""
    monkeypatch.chdir(trapped(tmp_path / "ann"))
    main(["check", f"{LESSON}.ipynb"])
    assert "A rehearsal" in remarks(capsys)


def test_a_folder_in_which_everyone_may_write_is_no_course(tmp_path) -> None:
    """Anybody could have put the configuration there."""
    shared = course(tmp_path / "shared")
    below = shared / "mine"
    below.mkdir()
    assert find_root(below) == shared
    shared.chmod(0o1777)
    assert find_root(below) is None


def test_checks_asked_by_hand_take_no_settings_from_the_evidence(tmp_path, monkeypatch) -> None:
    """`pytest --evidence`, standing in a folder that somebody sent."""
    folder = trapped(tmp_path / "ann")
    (folder / EVIDENCE).write_text("{}")
    monkeypatch.chdir(folder)
    with pytest.raises(pytest.UsageError):
        plugin_for([Path()])
    with pytest.raises(CourseError, match="could be a student's"):
        current_root([Path()])


def test_brackets_in_a_path_are_shown_as_they_are(tmp_path: Path, capsys) -> None:
    """To rich they would be a style."""
    root = course(tmp_path / "[dim] spring")
    (root / "solutions" / LESSON).mkdir(parents=True)
    to = str(tmp_path / "[bold]")
    told = ["publish-solutions", "--all", "--withdraw", "--course", str(root), "--to", to]
    assert main(told) == 0
    shown = capsys.readouterr().err
    assert f"Course: {root}\n" in shown
    assert to in shown
