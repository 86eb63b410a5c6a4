"""More time for one student: what the gradebook keeps, what it is worth, what is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from support.gradebook_course import LATE, LESSON, ZERO, make_course, report, rows, submit, write
from support.terminal import remarks

from autograder.cli import main
from autograder.core.config import Course
from autograder.core.lesson_registry import lesson_names
from autograder.nbgrader_plugin import grade_queries
from autograder.nbgrader_plugin.course_config import course_directory

FOR_ANN = ("extend", "ann", "--lesson", LESSON.name)


@pytest.fixture
def course(new_gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Late work earns nothing; Ann is known, and has handed in nothing."""
    course = make_course(tmp_path / "course", new_gradebook(), ZERO)
    with gradebook(course) as opened:
        opened.add_student("ann")
    monkeypatch.chdir(course.root)
    return course


def gradebook(course: Course) -> Gradebook:
    return Gradebook(course_directory(course.root).db_url, "brains")


def extension(course: Course) -> timedelta | None:
    with gradebook(course) as opened:
        found: timedelta | None = opened.find_submission(LESSON.name, "ann").extension
    return found


def penalty(course: Course) -> object:
    """What is taken of Ann's score once her late work is graded."""
    assert write(course, submit(course, report("ann"), LATE)) == []
    return rows(course_directory(course.root).db_url)["ann"][1]["penalty"]


def test_before_anything_is_handed_in(course: Course, capsys) -> None:
    assert main([*FOR_ANN, "--days", "2", "--hours", "3"]) == 0
    assert capsys.readouterr().out == f"ann: {LESSON.name} is due on 2026-03-03 15:00 UTC.\n"
    assert extension(course) == timedelta(days=2, hours=3)
    assert penalty(course) is None
    assert extension(course) == timedelta(days=2, hours=3)


def test_afterwards_it_takes_the_penalty_back(course: Course) -> None:
    assert penalty(course) == 20
    assert main([*FOR_ANN, "--days", "1"]) == 0
    assert penalty(course) is None


def test_another_one_takes_its_place_and_nought_takes_it_back(course: Course, capsys) -> None:
    for days, hours in ((2, 0), (0, 5)):
        assert main([*FOR_ANN, "--days", str(days), "--hours", str(hours)]) == 0
        assert extension(course) == timedelta(days=days, hours=hours)
    capsys.readouterr()
    assert main([*FOR_ANN, "--days", "0"]) == 0
    assert "is due on 2026-03-01 12:00 UTC, as for everybody." in capsys.readouterr().out
    assert extension(course) is None
    assert penalty(course) == 20


def test_the_rows_are_those_of_a_submission_and_nobody_has_a_grade(course: Course) -> None:
    assert main([*FOR_ANN, "--hours", "5"]) == 0
    with gradebook(course) as opened:
        (notebook,) = opened.find_submission(LESSON.name, "ann").notebooks
        assert len(notebook.grades) == len(LESSON.questions) + 1
        assert [one.raw for one in grade_queries.grades(opened, [LESSON.name], unscored=True)] == [
            None
        ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("extend", "bob", "--lesson", LESSON.name, "--days", "1"), "no student “bob”"),
        (FOR_ANN, "Say how much longer, with --days or --hours."),
        (
            ("extend", "ann", "--lesson", min(lesson_names()), "--days", "1"),
            "is not in the gradebook yet. Run `autograder generate`",
        ),
    ],
    ids=["student", "time", "lesson"],
)
def test_what_cannot_be_is_told_in_a_line(course: Course, capsys, words, why: str) -> None:
    assert main(words) == 2
    assert why in remarks(capsys)
    with gradebook(course) as opened:
        assert opened.assignment_submissions(LESSON.name) == []


def test_without_a_due_date_nothing_can_be_extended(course: Course, capsys) -> None:
    with gradebook(course) as opened:
        opened.update_or_create_assignment(LESSON.name, duedate=None)
    assert main([*FOR_ANN, "--days", "1"]) == 2
    assert "has no due date for building-a-brain that could be extended" in remarks(capsys)


def test_without_a_gradebook_none_is_made(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(make_course(tmp_path / "course", "sqlite:///grades.db").root)
    assert main([*FOR_ANN, "--days", "1"]) == 2
    assert "There is no gradebook" in remarks(capsys)
    assert not Path("grades.db").exists()
    monkeypatch.chdir(tmp_path)
    assert main([*FOR_ANN, "--days", "1"]) == 2
    assert "not a course's folder" in remarks(capsys)


@pytest.mark.parametrize("days", ["-1", "some", "99999999999"])
def test_a_time_that_is_none(days: str, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*FOR_ANN, "--days", days])
    assert stop.value.code == 2
    assert "--days" in capsys.readouterr().err
