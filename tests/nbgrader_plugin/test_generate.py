"""The released and the solved notebook come from the source, all of it, and nothing but."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from support import processes
from support.mini import LESSON
from support.terminal import nbgrader

from autograder.core.config import Course, Settings
from autograder.core.errors import CourseError
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.nbgrader_plugin import generate_assignment
from autograder.nbgrader_plugin.package_url import PLACEHOLDER
from autograder.notebooks.solution import strip_markers

ROOT = Path(__file__).parents[2]
LESSONS = [load_lesson(name) for name in lesson_names()]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A copy of this course, to be spoilt."""
    for name in ("source", "release", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    return Course(root=tmp_path)


def notebook_in(course: Course, place: str) -> Path:
    """The notebook of a lesson in ``source/``, ``release/`` or ``solutions/``."""
    return course.root / place / LESSON.name / LESSON.notebook


def nbgrader_generates(course: Course) -> None:
    """Let nbgrader's own command make the release; it needs no images."""
    done = nbgrader(
        course.root, course.root / "no-images", "generate_assignment", LESSON.name, "--force"
    )
    assert done.returncode == 0, done.stderr


def edit(path: Path, old: str, new: str) -> None:
    """Change some text of a file that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_is_committed_is_what_the_source_makes() -> None:
    """The repository's own release/ and solutions/ are up to date."""
    assert generate_assignment.differences(Course(root=ROOT)) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_solution_text_is_released(lesson) -> None:
    """No line of a solution stands anywhere in the released file, in no cell and no metadata."""
    source = nbformat.read(ROOT / "source" / lesson.name / lesson.notebook, as_version=4)
    released = nbformat.read(ROOT / "release" / lesson.name / lesson.notebook, as_version=4)
    text = json.dumps([*released.cells, released.metadata])
    secret = [
        line.strip()
        for cell in source.cells
        if "BEGIN SOLUTION" in cell.source
        for line in cell.source.partition("BEGIN SOLUTION")[2].split("\n")[1:]
        if ("=" in line or "(" in line) and "END SOLUTION" not in line
    ]
    # What a given cell shows as well is no secret.
    given = [
        line.strip()
        for cell in source.cells
        for line in re.sub(r"(?s)BEGIN SOLUTION.*?END SOLUTION", "", cell.source).splitlines()
    ]
    secret = [line for line in secret if not any(line in one for one in given)]
    assert len(secret) >= len(lesson.questions)
    assert [line for line in secret if json.dumps(line)[1:-1] in text] == []
    assert "SOLUTION" not in text
    files = sorted(path.name for path in (ROOT / "release" / lesson.name).rglob("*"))
    assert files == [lesson.notebook]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_cell_has_an_id_that_stays(lesson) -> None:
    """Source, release and solution have the same cells under the same ids."""
    ids = [
        [cell.id for cell in nbformat.read(ROOT / place / lesson.name / lesson.notebook, 4).cells]
        for place in ("source", "release", "solutions")
    ]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[0])) == len(ids[0])


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_solution_is_fit_to_publish(lesson) -> None:
    """Executed to the end without an error, no marker, no blank, every question right."""
    solution = nbformat.read(ROOT / "solutions" / lesson.name / lesson.notebook, as_version=4)
    outputs = [out for cell in solution.cells for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out.output_type == "error"]
    assert not [out for out in outputs if out.get("name") == "stderr"]
    assert "SOLUTION" not in nbformat.writes(solution)
    assert "check.blank" not in "".join(cell.source for cell in solution.cells)
    for question in lesson.questions:
        cell = next(one for one in solution.cells if one.id == question.grade_id)
        assert cell.outputs[-1].data["text/plain"] == repr(float(question.points))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_release_is_all_that_a_student_needs(lesson) -> None:
    """One notebook, with its pictures in it; it reads and loads nothing that lies beside it."""
    released = nbformat.read(ROOT / "release" / lesson.name / lesson.notebook, as_version=4)
    for cell in released.cells:
        if cell.cell_type == "markdown":
            shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)|<img[^>]+src=[\"']([^\"']+)", cell.source)
            names = {"".join(one).removeprefix("attachment:") for one in shown}
            assert names <= set(cell.get("attachments", {})), cell.id
        else:
            assert not re.search(r"\bopen\(|read_csv|np\.load|urlopen|urlretrieve", cell.source)


def run_without_package(source: str, folder: Path) -> str:
    """What a cell says where our package is not installed."""
    program = f"import sys\nsys.modules['autograder'] = None\n{source}"
    done = processes.python("-c", program, cwd=folder, check=True)
    return done.stdout


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_first_cell_says_how_to_get_what_is_missing(lesson, tmp_path) -> None:
    """In three lines, and not in a traceback."""
    released = nbformat.read(ROOT / "release" / lesson.name / lesson.notebook, as_version=4)
    first = next(cell for cell in released.cells if cell.cell_type == "code")
    lines = run_without_package(first.source, tmp_path).splitlines()
    assert lines[0].startswith("Something is missing here: ")
    assert lines[1:] == [
        "To install it, run this line in a cell of its own, then restart the kernel:",
        f"%pip install {PLACEHOLDER}",
    ]


CHECKSUM = r'"checksum": "\w+",'
ADDRESS = "git+https://example.org/brain.git@v1"


def test_nbgraders_own_command_releases_the_same(course: Course) -> None:
    """`nbgrader generate_assignment` gives our bytes, with the course's own address in them.

    It stands in the first cell of release and solution, and nothing else changes.
    """
    path = notebook_in(course, "release")
    before = path.read_text()
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(f"c.Autograder.package = {ADDRESS!r}\n")
    line = f'+    "    print(\\"%pip install {ADDRESS}\\")\\n",'
    assert places_of(line, course) == {"release", "solutions"}
    nbgrader_generates(course)
    assert places_of(line, course) == {"solutions"}
    after = re.sub(CHECKSUM, "", path.read_text())
    assert after == re.sub(CHECKSUM, "", before.replace(PLACEHOLDER, ADDRESS))


def places_of(line: str, course: Course) -> set[str]:
    """Where the lesson's notebook differs from what the source makes, always by this line."""
    found = [one for one in generate_assignment.differences(course) if LESSON.notebook in one]
    assert all(line in one for one in found)
    return {place for place in ("release", "solutions") for one in found if f"{place}/" in one}


@pytest.mark.parametrize("address", ['x"); import os; ("', "a\\nb", "two\nlines"])
def test_an_address_that_would_break_the_cell_is_refused(address: str) -> None:
    """Before anything is written."""
    with pytest.raises(CourseError, match="is no address"):
        Settings(package=address)


def test_an_edited_release_is_shown_with_the_difference(course: Course) -> None:
    """The line that was changed stands in the difference, and where."""
    path = notebook_in(course, "release")
    edit(path, "28 rows of 28 numbers", "28 rows of 29 numbers")
    (difference,) = generate_assignment.differences(course)
    assert f"release/{LESSON.name}/{LESSON.notebook}" in difference
    assert "29 numbers" in difference


def test_a_changed_source_makes_both_stale(course: Course) -> None:
    """After an edit of the source, release and solution are named."""
    path = notebook_in(course, "source")
    edit(path, "28 rows of 28 numbers", "28 rows of 29 numbers")
    found = "\n".join(generate_assignment.differences(course))
    assert "release/" in found
    assert "solutions/" in found


def test_an_edited_output_of_the_solution_is_found(course: Course) -> None:
    """Also where the code is as it was."""
    path = notebook_in(course, "solutions")
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.get("outputs")).outputs = []
    nbformat.write(notebook, path)
    assert any("was edited" in one for one in generate_assignment.differences(course))


def test_missing_and_foreign_files_are_named(course: Course) -> None:
    """A file too few and a file too many."""
    notebook_in(course, "release").with_name("answers.txt").write_text("7850")
    notebook_in(course, "solutions").unlink()
    assert generate_assignment.differences(course) == [
        f"release/{LESSON.name}/answers.txt does not come from the source.",
        f"solutions/{LESSON.name}/{LESSON.notebook} is missing.",
    ]


def test_a_course_without_its_source_is_said_to_be_one(course: Course) -> None:
    """Nothing to compare with is not the same as nothing to complain about."""
    shutil.rmtree(course.root / "source")
    with pytest.raises(CourseError, match=r"source/.*ipynb is missing"):
        generate_assignment.differences(course)
    shutil.rmtree(course.root / "release")
    shutil.rmtree(course.root / "solutions")
    with pytest.raises(CourseError, match="no lesson"):
        generate_assignment.differences(course)


def test_checking_writes_nothing(course: Course) -> None:
    """Not even a gradebook."""

    def state() -> dict[str, float]:
        return {str(path): path.stat().st_mtime for path in course.root.rglob("*")}

    before = state()
    generate_assignment.differences(course)
    assert state() == before


def test_generating_twice_changes_nothing(course: Course, tmp_path: Path) -> None:
    """The second time nothing is run, and every byte of the release is the same."""
    path = notebook_in(course, "release")
    before = path.read_bytes()
    path.unlink()
    lines = list(generate_assignment.generate(course, tmp_path))
    assert lines[-1] == f"solutions/{LESSON.name}: up to date."
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = check.blank('x')\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "x = 1"),
        ("# before\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\ny = 2", "# before\nx = 1\ny = 2"),
        ("x = check.blank('x')", "x = check.blank('x')"),
    ],
)
def test_markers_and_blanks_are_stripped(source: str, expected: str) -> None:
    """From solution cells only."""
    assert strip_markers(source) == expected


@pytest.mark.parametrize("named", ["brains", ""], ids=["course", "no course"])
def test_the_assignment_goes_to_the_courses_own_gradebook(
    course: Course, no_gradebook: str, named: str
) -> None:
    """Wherever ``db_url`` says it is; and again, in place of what was there."""
    config = course.root / "nbgrader_config.py"
    edit(config, 'course_id = "building-a-brain"', f"course_id = {named!r}")
    with config.open("a") as file:
        file.write(f"c.CourseDirectory.db_url = {no_gradebook!r}\n")
    for _ in range(2):
        lines = list(generate_assignment.generate(course, course.root / "no-images"))
        assert lines[-1].endswith("up to date.")
    with Gradebook(no_gradebook, named or "default_course") as gradebook:
        assert {one.name for one in gradebook.assignments} == set(lesson_names())
        for assignment in gradebook.assignments:
            assert assignment.course.id == (named or "default_course")
            assert assignment.max_score == 20
    assert not (course.root / "gradebook.db").exists()


def test_a_relative_gradebook_lies_in_the_course(course: Course, monkeypatch, tmp_path) -> None:
    """Wherever one stands."""
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write('c.CourseDirectory.db_url = "sqlite:///grades.db"\n')
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    list(generate_assignment.generate(course, tmp_path / "no-images"))
    assert (course.root / "grades.db").is_file()
