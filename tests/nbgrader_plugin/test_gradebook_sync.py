"""Reports go into the course's gradebook as they come, and one that cannot stops no other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from support.gradebook_course import LESSON, copy_file, graded, make_course
from support.terminal import remarks

from autograder.cli import class_run, main
from autograder.core.config import Course, Settings
from autograder.core.errors import CourseError
from autograder.core.report import Report
from autograder.grading import regrade as regrading
from autograder.nbgrader_plugin import gradebook_sync
from autograder.nbgrader_plugin.gradebook_sync import GradebookSync


@pytest.fixture
def course(tmp_path: Path, gradebook_file: Path) -> Course:
    """A course with a gradebook of its own."""
    return make_course(tmp_path / "course", copy_file(gradebook_file, tmp_path / "grades.db"))


def entered(course: Course, *reports: Report) -> GradebookSync:
    """Enter these one after the other."""
    with GradebookSync(course, course.root / "results") as book:
        for one in reports:
            book.add(one)
    return book


def scores(tmp_path: Path) -> dict[str, float]:
    """The points of each student in the gradebook."""
    with Gradebook(f"sqlite:///{tmp_path / 'grades.db'}", "brains") as gradebook:
        rows = gradebook.assignment_submissions(LESSON.name)
        return {one.student.id: one.score for one in rows}


def test_a_class_is_entered_group_by_group(course, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(gradebook_sync, "BATCH_SIZE", 2)
    reports = [graded(course, name) for name in ("ann", "bob", "cal")]
    with GradebookSync(course, course.root / "results") as book:
        for one in reports:
            book.add(one)
        assert set(scores(tmp_path)) == {"ann", "bob"}
    assert scores(tmp_path) == {"ann": 20, "bob": 20, "cal": 20}
    assert (book.failed, book.remarks) == (False, [])
    assert (course.root / "autograded" / "cal" / LESSON.name / LESSON.notebook).exists()


def test_what_nbgrader_has_graded_is_entered_again(course, tmp_path) -> None:
    one = graded(course, "ann", "ffffff")
    copy = course.root / "autograded" / "ann" / LESSON.name
    entered(course, replace(one, folder=str(copy)))
    assert scores(tmp_path) == {"ann": 10}


def test_what_was_handed_in_elsewhere_is_none_of_its_business(course, tmp_path) -> None:
    one = graded(course, "ann")
    drafts = replace(one, folder=str(tmp_path / "drafts" / "ann"))
    entered(course, drafts, replace(one, folder=""), replace(one, trouble="our own fault"))
    assert scores(tmp_path) == {}


def test_one_that_cannot_be_entered_costs_no_other(course, tmp_path) -> None:
    names = ("ann", "x" * 200, "cal")
    reports = [graded(course, name) for name in names]
    blocked = graded(course, "dan")
    (course.root / "autograded").mkdir()
    (course.root / "autograded" / "dan").write_text("a file where a folder should be")
    book = entered(course, *reports, blocked)
    assert scores(tmp_path) == {"ann": 20, "cal": 20}
    assert book.failed
    assert [remark.partition(" is not")[0] for remark in book.remarks] == ["x" * 200, "dan"]


def test_without_a_gradebook_the_reason_is_told(tmp_path) -> None:
    course = make_course(tmp_path / "course", f"sqlite:///{tmp_path / 'none.db'}")
    assert not gradebook_sync.has_submissions(course)
    with pytest.raises(CourseError, match="autograder generate"):
        GradebookSync(course, course.root / "results").__enter__()


def blocked_folder(course: Course) -> Path:
    """The folder of Ann's grade, in whose place there is a file."""
    path = course.root / "autograded" / "ann" / LESSON.name
    path.parent.mkdir(parents=True)
    path.write_text("a file where a folder should be")
    return path


def test_a_grade_without_its_folder_is_told_and_the_next_run_writes_it(course, tmp_path) -> None:
    """The rows are there; what stands in the way of the folder is found only after that."""
    one, other = graded(course, "ann"), graded(course, "bob")
    folder = blocked_folder(course)
    book = entered(course, one, other)
    assert scores(tmp_path) == {"ann": 20, "bob": 20}
    assert (book.failed, book.incomplete) == (False, True)
    (remark,) = book.remarks
    assert remark.startswith("ann: the grade is in the gradebook, but")
    assert str(folder) in remark
    assert (folder.parents[1] / "bob" / LESSON.name / LESSON.notebook).exists()
    folder.unlink()
    book = entered(course, one)
    assert (book.incomplete, book.remarks) == (False, [])
    assert (folder / LESSON.notebook).exists()


@pytest.mark.parametrize("again", ["regrade", "grade"])
def test_the_command_ends_with_1_and_the_next_one_with_0(
    course, tmp_path, monkeypatch, capsys, again: str
) -> None:
    graded(course, "ann")
    # What is kept is taken for what was found just now: nothing is run.
    kept = regrading.stored_results(course.root / "results" / LESSON.name)
    reports = [one.report for one in kept]
    monkeypatch.setattr("autograder.cli.regrade.regrade", lambda *_: iter(reports))
    monkeypatch.setattr(class_run.Grader, "grade", lambda *_, **__: iter(reports))
    monkeypatch.setattr(class_run, "data_home", lambda *_: tmp_path)
    monkeypatch.chdir(course.root)
    folder = blocked_folder(course)
    command = [again] if again == "regrade" else [again, "submitted"]
    assert main(command) == 1
    assert "the same command writes it" in remarks(capsys)
    folder.unlink()
    assert main(command) == 0
    assert (folder / LESSON.notebook).exists()


def test_a_folder_that_only_the_earlier_submission_could_fill(tmp_path, gradebook_file) -> None:
    """Where the best counts: the later one is not put in its place, and no silence either."""
    address = copy_file(gradebook_file, tmp_path / "grades.db")
    made = make_course(tmp_path / "course", address, "c.Autograder.keep = 'best'\n")
    course = replace(made, settings=Settings(keep="best"))
    entered(course, graded(course, "ann", time="2026-03-01 10:00:00 UTC"))
    shutil.rmtree(course.root / "autograded" / "ann")
    shutil.rmtree(course.root / "results")
    book = entered(course, graded(course, "ann", "ffffff", time="2026-03-01 11:00:00 UTC"))
    assert scores(tmp_path) == {"ann": 20}
    assert book.incomplete
    assert "Grade the earlier one again." in book.remarks[-1]
