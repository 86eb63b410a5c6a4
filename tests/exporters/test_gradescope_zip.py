"""The archive for Gradescope: what is in it, and that it grades where Gradescope puts it.

Run here without a network: the package is installed from the archive, everything that it needs is
the present environment's. That pip finds the locked versions elsewhere is not tried.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from support import class_of_reports, make_class
from support.class_of_reports import LESSON
from support.gradescope_reader import read_as_gradescope
from support.ordinary_user import in_sight

from autograder.cli import main
from autograder.core.config import Course, Settings, read_settings
from autograder.exporters.gradescope_zip import build, harness
from autograder.exporters.gradescope_zip.wheel import constraints, wheel
from autograder.sandbox import bubblewrap

SECRET = "what only the course knows"  # noqa: S105
HIDDEN = f'''\
import pytest
from autograder.core.verdicts import Failed

@pytest.mark.points(0)
@pytest.mark.hidden
def test_secret(evidence):
    """{SECRET}"""
    raise Failed("{SECRET}", help="Look once more.")
'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with a setting of its own, a password in its configuration, and a hidden check."""
    root = tmp_path / "course"
    checks = root / "checks" / LESSON.name
    checks.mkdir(parents=True)
    (checks / "check_build.py").write_text(HIDDEN)
    (root / "nbgrader_config.py").write_text("c = get_config()\n# postgres://user:password@host\n")
    return Course(root=root, settings=Settings(cell_seconds=77))


def test_the_archive_has_its_scripts_at_its_root_and_they_can_be_run(course: Course) -> None:
    archive = zipfile.ZipFile(BytesIO(build(course, LESSON)))
    for name in ("setup.sh", "run_autograder"):
        assert archive.getinfo(name).external_attr >> 16 == 0o100755
        assert archive.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert b"@" not in archive.read(name).replace(b'"$@"', b"")
    assert LESSON.name.encode() in archive.read("run_autograder")


def test_settings_and_checks_go_along_and_passwords_do_not(course: Course) -> None:
    content = build(course, LESSON)
    archive = zipfile.ZipFile(BytesIO(content))
    settings = archive.read("course/nbgrader_config.py").decode()
    assert "c.Autograder.cell_seconds = 77" in settings
    ast.parse(settings)
    assert not any(b"password" in archive.read(name) for name in archive.namelist())
    assert SECRET in archive.read(f"course/checks/{LESSON.name}/check_build.py").decode()
    released = archive.read(f"course/release/{LESSON.name}/{LESSON.notebook}")
    assert released == course.released(LESSON).read_bytes()
    assert build(course, LESSON) == content


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (Settings(), (500, 300)),
        (Settings(seconds=7200, cell_seconds=3600), (500, 400)),
        (Settings(seconds=100, cell_seconds=50), (100, 50)),
    ],
    ids=["defaults", "long", "short"],
)
def test_a_run_ends_before_gradescope_ends_it(tmp_path: Path, own: Settings, expected) -> None:
    """Which it does after 600 seconds, without a word of ours."""
    archive = zipfile.ZipFile(BytesIO(build(Course(settings=own), LESSON)))
    found = read_settings(Path(archive.extract("course/nbgrader_config.py", tmp_path)))
    assert (found.seconds, found.cell_seconds) == expected
    assert replace(found, seconds=own.seconds, cell_seconds=own.cell_seconds) == own


def test_the_wheel_is_the_package_that_runs_here() -> None:
    name, content = wheel()
    archive = zipfile.ZipFile(BytesIO(content))
    version = metadata.version("building-a-brain")
    assert name == f"building_a_brain-{version}-py3-none-any.whl"
    mine = Path(class_of_reports.result_files.__file__).read_bytes()
    assert archive.read("autograder/grading/result_files.py") == mine
    assert not [one for one in archive.namelist() if "__pycache__" in one]
    entries = archive.read(f"building_a_brain-{version}.dist-info/entry_points.txt").decode()
    assert "autograder = autograder.cli:main" in entries


def test_the_versions_are_those_that_are_installed_here() -> None:
    found = constraints()
    assert f"tensorflow=={metadata.version('tensorflow')}" in found
    assert f"nbconvert=={metadata.version('nbconvert')}" in found  # that a requirement asks for
    assert f"tinycss2=={metadata.version('tinycss2')}" in found  # for the sake of `bleach[css]`
    assert not [line for line in found if line.startswith(("building-a-brain", "mkdocs"))]


def test_the_command_writes_the_archive(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", "gradescope-autograder", "--lesson", LESSON.name]) == 0
    assert "upload it to Gradescope" in capsys.readouterr().out
    assert zipfile.is_zipfile("gradescope-autograder.zip")


@dataclass(frozen=True)
class Gradescope:
    """Gradescope's folders, under a root of our own."""

    root: Path

    def grade(self, files: dict[str, str]) -> dict:
        """Hand in files; what is in ``results.json``."""
        for name in ("submission", "results"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / name).mkdir()
        for name, content in files.items():
            (self.root / "submission" / name).write_text(content)
        run(self.root, "run_autograder")
        return read_as_gradescope((self.root / "results" / "results.json").read_text())


@pytest.fixture(scope="module")
def gradescope(tmp_path_factory) -> Iterator[Gradescope]:
    """An autograder with a hidden check, unpacked and set up."""
    if os.geteuid() != 0:
        pytest.skip("Gradescope runs it as root; only root can become another user")
    course = tmp_path_factory.mktemp("course")
    (course / "checks" / LESSON.name).mkdir(parents=True)
    (course / "checks" / LESSON.name / "check_build.py").write_text(HIDDEN)
    with tempfile.TemporaryDirectory(prefix="gradescope-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        with zipfile.ZipFile(BytesIO(build(Course(root=course), LESSON))) as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, root / "source"))
                path.chmod(entry.external_attr >> 16 & 0o777)
        class_of_reports.install_sample(root / "keras")
        run(root, "setup.sh")
        yield Gradescope(root)


def run(root: Path, script: str) -> None:
    """Run a script of the archive with the rights we have, Python in sight of every user."""
    command = [str(root / "source" / script)]
    if os.geteuid() == 0:
        command = [*on_this_machine(), *command]
    done = subprocess.run(
        command,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "AUTOGRADER_ROOT": str(root),
            "AUTOGRADER_PYTHON": sys.executable,
        },
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def on_this_machine() -> list[str]:
    """Where Python lies in a folder that only root may enter: the same machine without that."""
    start = [str(bubblewrap.find()), "--die-with-parent", "--dev-bind", "/", "/"]
    shown = in_sight()
    return [*start, "--cap-add", "ALL", *shown, "--"] if shown else []


@pytest.mark.kernel
@pytest.mark.slow
def test_a_submission_is_graded_where_gradescope_puts_it(gradescope) -> None:
    """Half of it done, the file renamed: points, words, and whom it was run by."""
    notebook = make_class.untrained(parameters="number_of_parameters = 28 * 28 * 10")
    found = gradescope.grade({"my work.ipynb": nbformat.writes(notebook)})
    scores = {test["name"]: test["score"] for test in found["tests"]}
    assert scores["Count the parameters"] == 0
    assert scores["Compile"] == 4
    assert scores["Train"] == 0
    text = "\n".join(test["output"] for test in found["tests"])
    assert "7,840 counts the weights only" in text
    assert "A hidden check failed." in text
    assert SECRET not in json.dumps(found)
    assert "renamed my work.ipynb" in found["output"]
    assert found["extra_data"]["isolation"] == "a user of its own"


ATTACK = f"""\
import pathlib, os
root = pathlib.Path({{root!r}})
found = []
for path in (root / "source/course/checks/{LESSON.name}/check_build.py", root / "results"):
    try:
        found.append(path.read_text() if path.is_file() else os.listdir(path))
    except OSError as error:
        found.append(type(error).__name__)
try:
    (root / "results" / "results.json").write_text('{{{{"score": 20}}}}')
except OSError as error:
    found.append(type(error).__name__)
raise RuntimeError(found)
"""


@pytest.mark.kernel
@pytest.mark.slow
def test_a_students_code_reads_no_check_and_writes_no_result(gradescope) -> None:
    """On Gradescope all runs as root; a submission does not."""
    attack = ATTACK.format(root=str(gradescope.root))
    notebook = make_class.untrained(parameters=attack)
    found = gradescope.grade({LESSON.notebook: nbformat.writes(notebook)})
    text = "\n".join(test["output"] for test in found["tests"])
    assert text.count("PermissionError") == 3
    assert found["score"] < 20


@pytest.mark.kernel
@pytest.mark.slow
def test_what_is_no_notebook_has_a_zero_with_its_reason(gradescope) -> None:
    assert gradescope.grade({"essay.txt": "Dear teacher,"})["output"] == (
        "There is no notebook in this submission."
    )
    found = gradescope.grade({LESSON.notebook: "Dear teacher,"})
    assert found["score"] == 0
    assert "This is not a notebook" in found["output"]


class TestRefusing:
    """Where no user without rights can be had nothing is run, and nobody gets a zero for it."""

    @pytest.fixture
    def submission(self, tmp_path: Path, monkeypatch) -> Path:
        (tmp_path / "submission").mkdir()
        (tmp_path / "submission" / "mine.ipynb").write_text("Dear teacher,")
        monkeypatch.setattr(harness, "_run", lambda *_, **__: pytest.fail("it was run"))
        return tmp_path

    def refused(self, root: Path) -> str:
        with pytest.raises(SystemExit) as stop:
            harness.main([str(root), LESSON.name])
        assert not (root / "results" / "results.json").exists()
        assert isinstance(stop.value.code, str)
        assert stop.value.code.endswith("nothing is graded.")
        return stop.value.code

    def test_an_ordinary_user(self, submission: Path, monkeypatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert "not run by root" in self.refused(submission)

    def test_a_root_who_may_become_nobody_else(self, submission: Path, monkeypatch) -> None:
        """As in a container without these rights."""

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(harness.subprocess, "run", refuse)
        assert "Operation not permitted" in self.refused(submission)

    def test_a_python_that_nobody_else_can_run(self, submission: Path, monkeypatch) -> None:
        failed = subprocess.CompletedProcess([], 1)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(harness.subprocess, "run", lambda *_, **__: failed)
        assert sys.executable in self.refused(submission)

    def test_rights_that_are_kept_without_a_word(self, submission: Path, monkeypatch) -> None:
        """The trial looks whose rights it has."""
        run = subprocess.run

        def as_before(command: list[str], **options: object) -> object:
            for name in ("user", "group", "extra_groups"):
                options.pop(name, None)
            return run(command, **options)

        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(harness.subprocess, "run", as_before)
        assert "cannot run" in self.refused(submission)
