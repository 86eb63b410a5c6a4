"""What is handed over from a gradebook: manual scores, extra credit and late penalties count."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from support import class_of_reports
from support.gradebook_course import HALF, LATE, LESSON, make_course, report, submit, write
from support.terminal import nbgrader, remarks

from autograder.cli import main
from autograder.core.config import Course
from autograder.core.errors import EmptyGradebook
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.exporters import canvas, moodle, score_table
from autograder.nbgrader_plugin import grade_queries
from autograder.nbgrader_plugin.course_config import gradebook_of
from autograder.nbgrader_plugin.exporters import CanvasExport, CsvExport, MoodleExport


@pytest.fixture
def course(new_gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Manual score and extra credit; a late one; one who did nothing; one of an odd name."""
    course = make_course(tmp_path / "course", new_gradebook(), HALF)
    entries = [submit(course, report("ann", "ffpppp")), submit(course, report("bob"), LATE)]
    assert write(course, *entries, submit(course, report("=1+1", "pfpppp"))) == []
    with gradebook_of(course.root) as gradebook:
        about = {"first_name": "Ann", "last_name": "Lee", "email": "a@x.org"}
        gradebook.update_or_create_student("ann", **about, lms_user_id="1001")
        gradebook.add_student("lazy", last_name="Bones")
        grade = gradebook.find_grade("check-build", LESSON.name, LESSON.name, "ann")
        grade.manual_score, grade.extra_credit = 3.5, 1
        gradebook.db.commit()
    monkeypatch.chdir(course.root)
    return course


def test_what_a_person_entered_and_penalties_count(course: Course) -> None:
    found = {one.person.id: one for one in grade_queries.course_grades(course, LESSON.name).grades}
    # 1 + 3.5 + 1 + 2 + 4 + 6 + 2, and the answer in words, which nobody has marked.
    assert (found["ann"].raw, found["ann"].score) == (19.5, 19.5)
    assert (found["bob"].raw, found["bob"].penalty, found["bob"].score) == (20, 10, 10)
    assert (found["lazy"].raw, found["lazy"].score) == (None, None)
    assert {one.max_score for one in found.values()} == {23}
    assert found["ann"].person.lms_user_id == "1001"


def test_the_command_takes_the_gradebook_and_tells_who_waits(course: Course, capsys) -> None:
    assert main(["export", "canvas"]) == 0
    printed = capsys.readouterr()
    assert "canvas.csv: 4 students, from the gradebook." in printed.out
    errors = " ".join(printed.err.split())
    assert "=1+1: the LMS may not find this student" in errors
    rows = {row[3]: row for row in csv.reader(io.StringIO(Path("canvas.csv").read_text()))}
    assert rows["ann"] == ["Lee, Ann", "1001", "", "ann", "", "19.5"]
    assert rows["bob"][-1] == "10"
    assert rows["lazy"][-1] == ""
    assert rows["'=1+1"][0] == "'=1+1"


def test_who_has_something_to_be_marked_by_a_person_is_told(course: Course, capsys) -> None:
    write(course, submit(course, report("words"), why="Because it is linear."))
    assert main(["export", "csv"]) == 0
    assert "Still to be graded by hand: words" in remarks(capsys)


def test_who_has_an_extension_and_handed_in_nothing_has_no_grade(course: Course) -> None:
    """An extension is kept with a submission, which is then there before there is any."""
    with gradebook_of(course.root) as gradebook:
        gradebook.update_or_create_submission(LESSON.name, "lazy")
        gradebook.grant_extension(LESSON.name, "lazy", days=2)
    found = grade_queries.course_grades(course, LESSON.name)
    assert [one.raw for one in found.grades if one.person.id == "lazy"] == [None]
    assert "lazy" not in found.waiting
    assert main(["export", "canvas"]) == 0
    rows = {row[3]: row for row in csv.reader(io.StringIO(Path("canvas.csv").read_text()))}
    assert rows["lazy"][-1] == ""


def test_nobody_in_the_gradebook_is_told(new_gradebook, tmp_path: Path) -> None:
    course = make_course(tmp_path / "empty", new_gradebook())
    with pytest.raises(EmptyGradebook, match="Nobody has a grade"):
        grade_queries.course_grades(course, LESSON.name)


def judged(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge's reports are kept in the course, which we are in."""
    class_of_reports.write([class_of_reports.report("ann")], course.root / "results" / LESSON.name)
    monkeypatch.chdir(course.root)


def test_where_nothing_is_entered_the_judges_grades_are_taken(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    judged(make_course(tmp_path / "course", "sqlite:///grades.db"), monkeypatch)
    assert main(["export", "csv"]) == 0
    assert "from the grader's reports alone" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("sqlite:///garbage.db", "garbage.db cannot be used"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/grades", "@127.0.0.1:1/grades"),
        ("mysql+nowhere://me@127.0.0.1/grades", "me@127.0.0.1/grades cannot be used"),
        ("nonsense", "is no address of a database"),
    ],
    ids=["garbage", "server down", "no driver", "no address"],
)
def test_a_gradebook_that_cannot_be_read_is_no_reason_for_other_grades(
    tmp_path: Path, monkeypatch, capsys, address: str, why: str
) -> None:
    """Else manual scores and penalties would be missing, and nobody would know."""
    course = make_course(tmp_path / "course", address)
    (course.root / "garbage.db").write_text("Dear diary, " * 999)
    judged(course, monkeypatch)
    assert main(["export", "csv"]) == 2
    assert why in remarks(capsys)
    assert not Path("grades.csv").exists()
    assert main(["export", "csv", "--from", "results"]) == 0


def titles(name: str) -> list[str]:
    """The columns that a table for Canvas has for assignments."""
    return Path(name).read_text().splitlines()[0].split(",")[5:]


def test_a_lesson_in_which_nobody_has_a_score_is_left_out_unless_it_is_named(
    course: Course,
) -> None:
    """A column of blanks would become an assignment of its own in the LMS."""
    other = next(name for name in lesson_names() if name != LESSON.name)
    with gradebook_of(course.root) as gradebook:
        gradebook.add_assignment(other)
        CanvasExport().export(gradebook)
        CanvasExport(assignment=[LESSON.name, other], to="named.csv").export(gradebook)
    assert titles("canvas.csv") == [LESSON.title]
    assert sorted(titles("named.csv")) == sorted([LESSON.title, load_lesson(other).title])
    assert main(["export", "canvas"]) == 0
    assert titles("canvas.csv") == [LESSON.title]
    assert main(["export", "csv"]) == 0
    assert other not in Path("grades.csv").read_text()


def test_a_lesson_in_the_gradebook_is_used_too(course: Course, capsys) -> None:
    """Where a lesson has to be named unless there is only one."""
    assert main(["export", "github-workflow"]) == 0
    assert LESSON.name in Path("autograde.yml").read_text()
    with gradebook_of(course.root) as gradebook:
        gradebook.add_assignment(min(lesson_names()))
    assert main(["export", "github-workflow"]) == 2
    assert "Name one with --lesson" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("plugin", "form"),
    [(CsvExport, score_table.table), (CanvasExport, canvas.table), (MoodleExport, moodle.table)],
)
def test_the_plugins_of_nbgrader_write_the_same(course: Course, plugin, form) -> None:
    with gradebook_of(course.root) as gradebook:
        plugin(assignment=[LESSON.name]).export(gradebook)
        plugin(assignment=[LESSON.name], student=["ann"], to="ann.csv").export(gradebook)
        expected = grade_queries.grades(gradebook, [LESSON.name])
    assert Path(plugin.exporter.file).read_bytes().decode() == form(expected)
    only = Path("ann.csv").read_text()
    assert "ann" in only
    assert "bob" not in only


@pytest.mark.parametrize("new_gradebook", ["sqlite"], indirect=True)
def test_nbgraders_own_command_finds_a_plugin(course: Course) -> None:
    """With its own options, and its own log."""
    plugin = "--exporter=autograder.nbgrader_plugin.exporters.CanvasExport"
    assignment = f"--assignment=['{LESSON.name}']"
    done = nbgrader(Path.cwd(), Path.cwd() / "no-images", "export", plugin, assignment)
    assert done.returncode == 0, done.stderr
    assert "'=1+1' begins like a formula" in done.stderr
    assert Path("canvas.csv").read_text().splitlines()[1] == "Points Possible,,,,,23"
