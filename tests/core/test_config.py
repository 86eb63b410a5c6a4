"""A course's folder and its settings."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence_builder import LESSON
from traitlets.config.loader import DeferredConfigString

from autograder.core.config import Course, Settings, find_course, settings_of
from autograder.core.course_root import CONFIG
from autograder.core.errors import CourseError


def course(folder: Path, text: str = "") -> Path:
    (folder / CONFIG).write_text(f"c = get_config()\n{text}")
    return folder


def test_outside_of_a_course_there_are_only_the_defaults(tmp_path):
    found = find_course(tmp_path)
    assert found == Course()
    assert found.checks(LESSON) == LESSON.checks
    assert found.released(LESSON) == LESSON.released


def test_a_course_is_found_from_anywhere_below_it(tmp_path):
    below = course(tmp_path) / "submitted" / "alice"
    below.mkdir(parents=True)
    assert find_course(below).root == tmp_path.resolve()


def test_settings_are_read(tmp_path):
    text = (
        "c.Autograder.no_gpu = 'not_applicable'\nc.Autograder.seconds = 60\n"
        "c.CourseDirectory.course_id = 'another setting'\n"
    )
    settings = find_course(course(tmp_path, text)).settings
    assert settings == Settings(no_gpu="not_applicable", seconds=60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c.Autograder.nogpu = 1", "no setting Autograder.nogpu. There are: cell_seconds"),
        ("c.Autograder.no_gpu = 'maybe'", "“maybe”; it may be accept, not_applicable, error"),
        ("c.Autograder.seconds = 'ten'", "seconds"),
        ("c.Autograder.workers = -1", "workers"),
        ("c.Autograder.seed = 1.5", "seed"),
        ("c.Autograder.seed = 'each'", "“each”; it may be a number, or student"),
        (
            "c.Autograder.seed = 'student'",
            "seed_secret has fewer than 16 characters. Make a secret",
        ),
        ("c.Autograder.seed = 'student'\nc.Autograder.seed_secret = 'short'", "fewer than 16"),
        ("1 / 0", "ZeroDivisionError"),
        ("c.Autograder.seed = ", "SyntaxError"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_told(tmp_path, text, words):
    with pytest.raises(CourseError, match=words):
        find_course(course(tmp_path, text))


# What a course does with nbgrader's own settings, too.
CONFIGURED = "from autograder.nbgrader_plugin import configure\nconfigure(c)\n"
READ = """
import sys
from pathlib import Path
from autograder.core import blocked_imports
from autograder.core.config import find_course
print(find_course(Path(sys.argv[1])).settings.seconds, "nbgrader" in sys.modules)
"""
CONFIGURE = """
from traitlets.config import Config
from autograder.nbgrader_plugin import configure
c = Config()
configure(c)
print([one.__name__ for one in c.Autograde.autograde_preprocessors][0])
"""


@pytest.mark.parametrize(
    ("text", "is_imported"),
    [
        ("", False),
        ("c.Autograde.autograde_preprocessors.append('own.Step')\n", False),
        ("c.GenerateAssignment.preprocessors = [*c.GenerateAssignment.preprocessors]\n", True),
        ("c.GenerateAssignment.preprocessors.pop()\n", True),
    ],
)
def test_nbgrader_is_imported_only_for_who_looks_at_what_it_has(tmp_path, text, is_imported):
    """It takes a second."""
    course(tmp_path, f"{CONFIGURED}{text}c.Autograder.seconds = 77")
    command = [sys.executable, "-c", READ, tmp_path]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout == f"77 {is_imported}\n"


def test_nbgrader_is_configured_also_before_it_is_imported():
    """As where a server's configuration does it. Otherwise it would run work without a sandbox."""
    command = [sys.executable, "-c", CONFIGURE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout == "RunAndJudge\n"


def test_each_student_has_a_seed_that_only_the_course_can_work_out(tmp_path):
    """The same in each run; and where a student's code runs, there is no secret."""
    text = "c.Autograder.seed = 'student'\nc.Autograder.seed_secret = 'x' * 40\n"
    settings = find_course(course(tmp_path, text)).settings
    ann, bob = settings.for_student("ann"), settings.for_student("bob")
    assert isinstance(ann.seed, int)
    assert 0 <= ann.seed < 2**32
    assert ann == settings.for_student("ann") == replace(Settings(), seed=ann.seed)
    assert ann.seed != bob.seed
    assert ann.seed != replace(settings, seed_secret="y" * 40).for_student("ann").seed


def test_a_number_is_the_seed_of_all():
    settings = Settings(seed=7, seed_secret="x" * 40)
    assert settings.for_student("ann") == settings.for_student("bob") == Settings(seed=7)


def test_the_courses_own_notebook_and_checks_are_used(tmp_path):
    released = tmp_path / "release" / LESSON.name / LESSON.notebook
    extra = tmp_path / "checks" / LESSON.name / "check_build.py"
    for path in (released, extra, extra.with_name("notes.txt")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    found = Course(root=tmp_path)
    assert found.released(LESSON) == released
    assert found.checks(LESSON) == (*LESSON.checks, extra)


def test_what_was_handed_in_is_no_course(tmp_path):
    """A student's own configuration is not run, wherever one stands."""
    handed_in = course(tmp_path) / "submitted" / "eve" / LESSON.name
    handed_in.mkdir(parents=True)
    course(handed_in, "raise SystemExit")
    assert find_course(handed_in).root == tmp_path.resolve()


def test_settings_given_to_nbgrader_on_its_command_line():
    given = {"isolation": DeferredConfigString("none"), "seconds": DeferredConfigString("60")}
    assert settings_of({"Autograder": given}) == Settings(isolation="none", seconds=60)
