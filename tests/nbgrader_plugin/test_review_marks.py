"""Decisions on groups reach the gradebook and follow the answers; people's own work stays."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from support.gradebook_course import (
    LESSON,
    copy_file,
    graded,
    make_course,
    nbgrader_autograde,
)

from autograder.core.config import Course, Settings
from autograder.nbgrader_plugin import review_marks
from autograder.nbgrader_plugin.gradebook_sync import GradebookSync
from autograder.nbgrader_plugin.preprocessors.autograde import SaveJudgedGrades
from autograder.review import decisions
from autograder.review.decisions import Decision
from autograder.review.groups import Group, find_groups
from autograder.review.session import Review

pytestmark = pytest.mark.usefixtures("lasting_reader")


@pytest.fixture
def address(tmp_path: Path, gradebook_file: Path) -> str:
    return copy_file(gradebook_file, tmp_path / "grades.db")


@pytest.fixture
def course(tmp_path: Path, address: str) -> Course:
    return make_course(tmp_path / "course", address)


def grade(course: Course, *class_: tuple[str, str, str], time: str = "") -> list[str]:
    """Grade students, as ``autograder grade`` ends; return its remarks."""
    with GradebookSync(course, course.root / "results") as book:
        for name, built, outcomes in class_:
            book.add(graded(course, name, outcomes, time, build=built))
    assert not book.failed, book.remarks
    return book.remarks


@pytest.fixture
def autograde(course: Course, monkeypatch) -> Callable[..., None]:
    """Grade students; as ``nbgrader autograde`` ends."""

    def run(*class_: tuple[str, str, str]) -> None:
        monkeypatch.chdir(course.root)
        reports = {
            name: graded(course, name, outcomes, build=built) for name, built, outcomes in class_
        }
        nbgrader_autograde(course, reports, save=SaveJudgedGrades)

    return run


def opened(course: Course) -> Review:
    groups = find_groups(course.root / "results" / LESSON.name, LESSON, course)

    def give(decided, changed) -> list[str]:
        return review_marks.give(course, LESSON, decided, changed)

    return Review(lesson=LESSON, groups=groups, path=course.decisions(LESSON), give=give)


def group_of(review: Review, student: str) -> Group:
    return next(
        one
        for one in review.groups
        if one.question.name == "build" and student in {each.name for each in one.reports}
    )


def decided(course: Course) -> Review:
    """Grade the class, and decide on the group that Ann is in."""
    grade(course, *CLASS)
    review = opened(course)
    assert review.decide(group_of(review, "ann"), TWO) == []
    return review


def enter(address: str, score: float) -> None:
    """Give Ann a score, as in the formgrader."""
    with Gradebook(address, "brains") as book:
        book.find_grade("check-build", LESSON.name, LESSON.name, "ann").manual_score = score
        book.db.commit()


@pytest.fixture
def marks(address: str) -> Callable[..., dict[str, tuple[object, ...]]]:
    """What each student's gradebook row says: comment, manual score, score, needs a person."""

    def read(question: str = "build") -> dict[str, tuple[object, ...]]:
        with Gradebook(address, "brains") as book:
            found = {}
            for one in book.assignment_submissions(LESSON.name):
                own = (LESSON.name, LESSON.name, one.student.id)
                grade = book.find_grade(f"check-{question}", *own)
                comment = book.find_comment(question, *own).comment
                found[one.student.id] = (
                    comment,
                    grade.manual_score,
                    grade.score,
                    grade.needs_manual_grade,
                )
            return found

    return read


CLASS = [
    ("ann", "model = f(1)", "ppfppp"),
    ("bob", "model = f(1)  # mine", "ppfppp"),
    ("cal", "model = f(2)", "ppfppp"),
]
TWO = Decision(comment="Say *why*.", score=3.0)
GIVEN, NONE = ("Say *why*.", 3.0, 3.0, False), (None, None, 4.0, False)


def test_a_decision_reaches_all_in_the_group_and_goes_when_it_is_undone(course, marks) -> None:
    review = decided(course)
    assert marks() == {"ann": GIVEN, "bob": GIVEN, "cal": NONE}
    assert marks("train") == dict.fromkeys(("ann", "bob", "cal"), (None, None, 6.0, False))
    review.undo()
    assert marks() == dict.fromkeys(("ann", "bob", "cal"), NONE)


def test_it_survives_grading_again_and_falls_upon_those_who_join(course, marks) -> None:
    decided(course)
    grade(course, *CLASS, ("dan", "\n\nmodel = f( 1 )", "ppfppp"))
    assert marks() == {"ann": GIVEN, "bob": GIVEN, "cal": NONE, "dan": GIVEN}


def test_who_leaves_the_group_loses_it_and_who_is_judged_otherwise_too(course, marks) -> None:
    decided(course)
    grade(course, ("ann", "model = f(3)", "ppfppp"), ("bob", "model = f(1)", "pffppp"))
    assert marks() == {"ann": NONE, "bob": (None, None, 2.0, False), "cal": NONE}


def test_nbgrader_autograde_follows_who_joins_and_who_leaves(course, autograde, marks) -> None:
    decided(course)
    autograde(("ann", "model = f(3)", "ppfppp"), ("dan", "\n\nmodel = f( 1 )", "ppfppp"))
    assert marks() == {"ann": NONE, "bob": GIVEN, "cal": NONE, "dan": GIVEN}
    pages = course.root / "results" / LESSON.name
    shown = {name: (pages / name / "report.html").read_text() for name in ("ann", "dan")}
    assert [name for name, page in shown.items() if "Say <em>why</em>." in page] == ["dan"]
    autograde(("ann", "model = f(1)", "ppfppp"), ("bob", "model = f(1)", "pffppp"))
    assert marks() == {"ann": GIVEN, "bob": (None, None, 2.0, False), "cal": NONE, "dan": GIVEN}


def test_nbgrader_autograde_leaves_what_a_person_entered(
    course, autograde, address, marks, caplog
) -> None:
    grade(course, *CLASS)
    enter(address, 1.0)
    review = opened(course)
    decisions.save(review.path, review.decisions.with_decision(group_of(review, "ann"), TWO))
    autograde(*CLASS)
    assert {name: one[:2] for name, one in marks().items()} == {
        "ann": ("Say *why*.", 1.0),
        "bob": ("Say *why*.", 3.0),
        "cal": (None, None),
    }
    assert "ann, build: the score from the formgrader stays." in caplog.text


def test_where_nothing_was_decided_nbgrader_autograde_does_not_even_load_this(
    course, autograde, marks, monkeypatch
) -> None:
    monkeypatch.setitem(sys.modules, review_marks.__name__, None)
    autograde(CLASS[0])
    assert marks() == {"ann": NONE}


def test_what_the_file_says_counts_however_it_came_about(course, marks) -> None:
    """It may come from version control."""
    grade(course, *CLASS)
    review = opened(course)
    made = review.decisions.with_decision(group_of(review, "ann"), TWO)
    decisions.save(review.path, made)
    grade(course, *CLASS)
    assert marks()["bob"] == GIVEN
    review.path.unlink()
    grade(course, *CLASS)
    assert marks() == dict.fromkeys(("ann", "bob", "cal"), NONE)


def test_a_rubric_item_is_worth_the_same_everywhere(course, marks) -> None:
    grade(course, *CLASS)
    review = opened(course)
    review.decide(group_of(review, "ann"), Decision(items=("Magic number",)), {"Magic number": -1})
    review.decide(group_of(review, "cal"), Decision(items=("Magic number",)))
    review.decide(
        group_of(review, "cal"), Decision(items=("Magic number",)), {"Magic number": -1.5}
    )
    assert set(marks().values()) == {("Magic number (-1.5)", 2.5, 2.5, False)}


def test_what_a_person_entered_in_the_formgrader_stays(course, address, marks) -> None:
    grade(course, *CLASS)
    enter(address, 1.0)
    with Gradebook(address, "brains") as book:
        book.find_comment("build", LESSON.name, LESSON.name, "bob").manual_comment = "Well done."
        book.db.commit()
    review = opened(course)
    stays = [
        "ann, build: the score from the formgrader stays.",
        "bob, build: the comment from the formgrader stays.",
    ]
    assert sorted(review.decide(group_of(review, "ann"), TWO)) == stays
    assert sorted(grade(course, *CLASS)) == stays
    assert {name: one[:2] for name, one in marks().items()} == {
        "ann": ("Say *why*.", 1.0),
        "bob": ("Well done.", 3.0),
        "cal": (None, None),
    }
    review.undo()
    assert {name: one[:2] for name, one in marks().items()} == {
        "ann": (None, 1.0),
        "bob": ("Well done.", None),
        "cal": (None, None),
    }


def test_what_was_changed_there_afterwards_stays_too(course, address, marks) -> None:
    review = decided(course)
    enter(address, 3.5)
    review.decide(group_of(review, "ann"), replace(TWO, score=1.0))
    assert {name: one[1] for name, one in marks().items()} == {"ann": 3.5, "bob": 1.0, "cal": None}


def test_a_score_answers_what_a_check_could_not_decide(course, marks) -> None:
    grade(course, ("ann", "model = f(1)", "peffff"))
    review = opened(course)
    group = group_of(review, "ann")
    assert review.groups[0] is group
    review.decide(group, Decision(comment="Hm."))
    assert marks()["ann"] == ("Hm.", None, 2.0, True)
    review.decide(group, TWO)
    assert marks()["ann"] == GIVEN
    grade(course, ("ann", "model = f(1)", "peffff"))
    assert marks()["ann"] == GIVEN
    review.undo()
    assert marks()["ann"] == ("Hm.", None, 2.0, True)


def test_a_later_submission_that_does_not_count_changes_nothing(tmp_path, address, marks) -> None:
    """The best counts: with what was decided on it."""
    made = make_course(tmp_path / "course", address, "c.Autograder.keep = 'best'\n")
    course = replace(made, settings=Settings(keep="best"))
    grade(course, ("ann", "model = f(1)", "pppppp"), time="2026-03-01 10:00:00 UTC")
    review = opened(course)
    review.decide(group_of(review, "ann"), replace(TWO, score=4.0))
    grade(course, ("ann", "model = f(3)", "pfffff"), time="2026-03-01 11:00:00 UTC")
    assert marks()["ann"] == ("Say *why*.", 4.0, 4.0, False)
    later = opened(course)
    assert later.decide(group_of(later, "ann"), Decision(score=1.0)) == [
        "ann: an earlier submission counts."
    ]
    assert marks()["ann"][1] == 4.0


def test_drafts_from_elsewhere_get_nothing(course, marks) -> None:
    grade(course, *CLASS)
    shutil.copytree(course.root / "submitted", course.root / "drafts")
    review = opened(course)
    group = group_of(review, "ann")
    moved = [replace(one, folder=str(course.root / "drafts" / one.name)) for one in group.reports]
    review_marks.give(
        course,
        LESSON,
        review.decisions.with_decision(group, TWO),
        [replace(group, reports=(*moved,))],
    )
    assert set(marks().values()) == {NONE}


def test_without_a_gradebook_it_is_kept_for_later(course, tmp_path) -> None:
    grade(course, *CLASS)
    review = opened(course)
    (tmp_path / "grades.db").unlink()
    (said,) = review.decide(group_of(review, "ann"), TWO)
    assert said.startswith("It will be given when the class is graded.")
    assert review.decisions.groups
