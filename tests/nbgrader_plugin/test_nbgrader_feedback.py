"""nbgrader's feedback: the points that a person gave, and beside them what the judge said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.converters import GenerateFeedback
from support.gradebook_course import LESSON, files, make_course, report, submit, write
from support.pages import Page

from autograder.core.config import Course
from autograder.nbgrader_plugin.course_config import course_directory, gradebook_of

BARE = re.compile(r"<pre>\s*\d+\.\d+\s*</pre>")
GAVE = "Graded by hand: {}; below are the results of the automatic check."


@pytest.fixture
def course(new_gradebook: Callable[[], str], tmp_path: Path) -> Course:
    """One who has nothing for `build`, as the judge says."""
    course = make_course(tmp_path / "course", new_gradebook())
    assert write(course, submit(course, report("ada", "pfpppp"))) == []
    return course


def enter(course: Course, cell: str, **values: float) -> None:
    """What an instructor enters in the formgrader."""
    with gradebook_of(course.root) as gradebook:
        grade = gradebook.find_grade(cell, LESSON.name, LESSON.name, "ada")
        for name, value in values.items():
            setattr(grade, name, value)
        gradebook.db.commit()


def feedback(course: Course) -> str:
    """The page that nbgrader makes."""
    directory = course_directory(course.root)
    directory.assignment_id = LESSON.name
    GenerateFeedback(coursedir=directory, config=directory.config, force=True).start()
    page = course.root / "feedback" / "ada" / LESSON.name / f"{LESSON.name}.html"
    return page.read_text()


def test_the_judges_words_stand_alone_where_nobody_gave_points(course: Course) -> None:
    page = feedback(course)
    assert "2 of 4 points" in page
    assert "Graded by hand" not in page
    assert '<a href="#check-build">Build the neurons</a> (Score: ' in page
    assert "Test cell" not in page
    assert not BARE.search(page)


def test_what_a_person_gave_stands_before_the_judges_words(course: Course) -> None:
    before = files(course)
    enter(course, "check-build", manual_score=3.5)
    enter(course, "check-train", extra_credit=1)
    enter(course, "check-predict", manual_score=0, extra_credit=0.5)
    found = Page(feedback(course)).text
    gave = GAVE.format("3.5 of 4 points")
    assert found.index(gave) < found.index("2 of 4 points")
    assert GAVE.format("extra credit of 1") in found
    assert GAVE.format("0 of 2 points and extra credit of 0.5") in found
    assert found.count("Graded by hand") == 3
    # What the formgrader shows to graders, and grades again, is as it was.
    assert files(course) == before


def test_what_a_person_took_back_is_not_told(course: Course) -> None:
    enter(course, "check-build", manual_score=3.5)
    assert "Graded by hand" in feedback(course)
    enter(course, "check-build", manual_score=None, extra_credit=0)
    assert "Graded by hand" not in feedback(course)
