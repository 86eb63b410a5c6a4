"""The page of a class beside a gradebook: what counts, who is who, who handed in nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import class_of_reports
from support.gradebook_course import HALF, LATE, LESSON, make_course, submit, write
from support.gradebook_course import report as judged
from support.pages import Page
from support.terminal import remarks

from autograder.cli import main
from autograder.core.config import Course
from autograder.grading.result_files import folder_name_for
from autograder.nbgrader_plugin.course_config import gradebook_of
from autograder.reports import class_report, feedback
from autograder.reports.class_report import GradebookScores

COUNTS = "what counts is in the gradebook"


def row(page: str, name: str) -> list[str]:
    """The cells of one submission."""
    (found,) = [part for part in page.split("<tr ")[1:] if f">{name}" in part.partition("</th>")[0]]
    return [
        Page(f"<td{cell}").text.strip() for cell in found.partition("</tr>")[0].split("<td")[1:]
    ]


def scores(score: float | None, **more: object) -> GradebookScores:
    return GradebookScores(score=score, max_score=20, **more)


# ---- the page


def test_what_counts_stands_beside_what_the_judge_said() -> None:
    gradebook = {
        "ann": scores(19.5, by_hand=True, name="Lee, Ann"),
        "bob": scores(10, penalty=10),
        "cleo": scores(20),
    }
    reports = [class_of_reports.report(name) for name in ("ann", "bob", "cleo", "dora")]
    page = class_report.page(reports, LESSON, gradebook=gradebook)
    assert row(page, "Lee, Ann")[:2] == ["20", "19.5 by hand"]
    assert row(page, "bob")[:2] == ["20", "10 −10 late"]
    assert row(page, "cleo")[:2] == ["20", "20"]
    assert row(page, "dora")[:2] == ["20", "–"]
    assert COUNTS in page


def test_where_it_is_the_same_there_is_no_column() -> None:
    page = class_report.page(
        [class_of_reports.report("ann")], LESSON, gradebook={"ann": scores(20)}
    )
    assert "Counts" not in page
    assert COUNTS not in page
    assert "late penalties are in the gradebook" in page


def test_real_names_come_first_and_give_the_order() -> None:
    gradebook = {"zed": scores(20, name="Abel, Zed"), "ann": scores(20, name="Zorn, <b>Ann</b>")}
    reports = [class_of_reports.report(name) for name in ("ann", "mia", "zed")]
    made = class_report.page(reports, LESSON, gradebook=gradebook)
    found = Page(made)
    table = found.text[found.text.index("Seconds") :]
    assert table.index("Abel, Zed zed") < table.index("mia") < table.index("Zorn, <b>Ann</b> ann")
    assert "<small>zed</small>" in made


def test_who_handed_in_nothing_is_named() -> None:
    gradebook = {
        "lazy": scores(None, name="Bones, <i>"),
        "ann": scores(20),
        "unentered": scores(None),
    }
    reports = [class_of_reports.report("ann"), class_of_reports.report("unentered")]
    made = class_report.page(reports, LESSON, gradebook=gradebook)
    text = Page(made).text
    assert "Handed in nothing 1" in text
    assert "Bones, <i> lazy" in text
    assert "Handed in nothing" not in class_report.page(reports, LESSON)


def test_a_students_own_page_says_whose_points_they_are() -> None:
    page = feedback.page(class_of_reports.report("ann"), LESSON, None)
    assert "Manual scores, extra credit and late penalties are in the course's gradebook" in page


# ---- the commands


@pytest.fixture
def course(new_gradebook: Callable[[], str], tmp_path: Path, monkeypatch) -> Course:
    """One with a manual score, a late one, and one who handed in nothing."""
    course = make_course(tmp_path / "course", new_gradebook(), HALF)
    reports = [judged("ann", "pfpppp"), judged("bob")]
    assert write(course, submit(course, reports[0]), submit(course, reports[1], LATE)) == []
    with gradebook_of(course.root) as gradebook:
        gradebook.update_or_create_student("ann", first_name="Ann", last_name="Lee")
        gradebook.add_student("lazy", last_name="Bones")
        gradebook.find_grade("check-build", LESSON.name, LESSON.name, "ann").manual_score = 3.5
        gradebook.db.commit()
    kept = [
        class_of_reports.report(
            one.name, results_folder=folder_name_for(one.name), checks=one.checks
        )
        for one in reports
    ]
    class_of_reports.write(kept, course.root / "results" / LESSON.name)
    monkeypatch.chdir(course.root)
    return course


def made(course: Course) -> str:
    return (course.root / "results" / LESSON.name / "index.html").read_text()


def test_report_reads_the_gradebook(course: Course) -> None:
    assert main(["report"]) == 0
    page = made(course)
    assert row(page, "Lee, Ann")[:2] == ["18", "19.5 by hand"]
    assert row(page, "bob")[:2] == ["20", "10 −10 late"]
    assert "Handed in nothing 1\nBones lazy" in Page(page).text


@pytest.mark.parametrize(("option", "shown"), [([], True), (["--no-gradebook"], False)])
def test_regrade_reads_the_gradebook_that_it_writes(
    course: Course, option: list[str], shown: bool
) -> None:
    assert main(["regrade", *option]) == 0
    assert ("10 −10 late" in Page(made(course)).text) is shown


def move_gradebook(course: Course, place: str | Path) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = 'sqlite:///{place}'\n")


def test_a_gradebook_that_cannot_be_read_is_told(course: Course, capsys) -> None:
    broken = course.root / "broken.db"
    broken.write_bytes(b"This is no database. " * 100)
    move_gradebook(course, broken)
    assert main(["report"]) == 0
    text = remarks(capsys)
    assert "shows only the points of the automatic check. The gradebook" in text
    assert "Counts" not in made(course)


def test_no_gradebook_yet_is_no_trouble(course: Course, capsys) -> None:
    move_gradebook(course, "none.db")
    assert main(["report"]) == 0
    assert "".join(capsys.readouterr().err.split()) == f"Course:{course.root}"
    assert not (course.root / "none.db").exists()
    assert "Counts" not in made(course)
