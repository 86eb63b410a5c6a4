"""An instructor's way through nbgrader's formgrader, whose scores are our judge's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import looks
import nbformat
import people
import pytest
from course import LESSON, ROOT, Course
from formgrader import Formgrader
from lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.kernel]

RIGHT, WRONG, BLANK = "full-solution", "size-not-place", "untouched-blank"
CLASS = (RIGHT, WRONG, BLANK)
# What the checks say.
OURS = "[role=group][aria-label$=': result']"
COMMENT = "You counted the weights with care."


@pytest.fixture(scope="module")
def own_course(tmp_path_factory) -> Course:
    """A course folder with nothing but the source."""
    return Course.create(tmp_path_factory.mktemp("instructor"))


@pytest.fixture(scope="module")
def formgrader(window, own_course):
    """The formgrader, open in a JupyterLab of the course's folder."""
    with people.serving(own_course.instructor) as server:
        lab = Lab(window.page(server.log), server)
        lab.start()
        opened = Formgrader(lab)
        opened.open()
        yield opened


@pytest.fixture(scope="module")
def generated(formgrader) -> str:
    """What the formgrader says after it made the students' notebook."""
    return formgrader.press("assign")


@pytest.fixture(scope="module")
def previewed(formgrader, generated) -> list[str]:
    """The files that *Preview* shows."""
    return formgrader.preview()


@pytest.fixture(scope="module")
def collected(formgrader, previewed, own_course, tmp_path_factory) -> str:
    """What the formgrader says after it released, students handed in, and it collected."""
    formgrader.press("release")
    students = people.moved_in(tmp_path_factory.mktemp("students"), own_course.config)
    for name in CLASS:
        folder = students.work / LESSON.name
        shutil.copytree(ROOT / "tests" / "class" / name / LESSON.name, folder, dirs_exist_ok=True)
        students.run("nbgrader", "submit", LESSON.name, f"--CourseDirectory.student_id={name}")
    return formgrader.press("collect")


@pytest.fixture(scope="module")
def graded(formgrader, collected) -> dict[str, str]:
    """The score of each student after *Autograde* was pressed for each."""
    formgrader.submissions()
    for name in CLASS:
        assert "Successfully autograded" in formgrader.autograde(name)
    return {name: formgrader.score(name) for name in CLASS}


@pytest.fixture(scope="module")
def overridden(formgrader, graded, pictures) -> str:
    """The score of one student after half the points were given by hand, with a comment."""
    formgrader.grade_by_hand(WRONG)
    formgrader.give("check-parameters", 1.5)
    formgrader.comment("parameters", COMMENT)
    formgrader.page.screenshot(path=pictures / "graded-by-hand.png")
    formgrader.submissions()
    formgrader.page.screenshot(path=pictures / "submissions.png")
    return formgrader.score(WRONG)


@pytest.fixture(scope="module")
def fed_back(formgrader, overridden, own_course) -> Path:
    """The page that this student will read."""
    for name in CLASS:
        assert "Successfully generated feedback" in formgrader.feedback(name)
    return own_course.root / "feedback" / WRONG / LESSON.name / f"{LESSON.name}.html"


@pytest.fixture(scope="module")
def again(formgrader, fed_back, own_course) -> dict[str, str]:
    """The score after the class was judged again, and after it was autograded again."""
    own_course.instructor.run("autograder.cli", "regrade")
    formgrader.submissions()
    scores = {"regrade": formgrader.score(WRONG)}
    formgrader.autograde(WRONG)
    return {**scores, "autograde": formgrader.score(WRONG)}


def test_the_generated_notebook_is_the_released_one(generated, own_course) -> None:
    """Cell by cell what lies in the repository."""
    assert "Successfully created the student version" in generated
    made, kept = (
        nbformat.read(root / "release" / LESSON.name / LESSON.notebook, nbformat.NO_CONVERT)
        for root in (own_course.root, ROOT)
    )
    assert [cell.source for cell in made.cells] == [cell.source for cell in kept.cells]


def test_the_preview_shows_the_students_notebook(previewed) -> None:
    """In JupyterLab's own list of files."""
    assert any(LESSON.notebook in one for one in previewed)


def test_the_submissions_are_collected(collected, own_course) -> None:
    """All that were handed in through the exchange."""
    assert "Successfully collected" in collected
    assert {one.name for one in (own_course.root / "submitted").iterdir()} == set(CLASS)


def test_autograde_gives_the_judges_points(graded) -> None:
    """All of them to the right one, none to the blank one."""
    assert graded == {RIGHT: "20 / 20", WRONG: "16 / 20", BLANK: "0 / 20"}


def test_autograde_ran_them_apart(graded, own_course) -> None:
    """And another process judged what the runs left."""
    for name in CLASS:
        kept = own_course.root / "results" / LESSON.name / name / "report.json"
        assert json.loads(kept.read_text())["isolation"].startswith("bubblewrap")


def test_points_given_by_hand_count(overridden) -> None:
    """In the place of the judge's."""
    assert overridden == "17.5 / 20"


def test_the_feedback_shows_points_words_and_comment(fed_back) -> None:
    """What the judge said and what the instructor said."""
    page = fed_back.read_text()
    assert "7,840" in page
    assert COMMENT in page
    assert "17.5" in page


def test_points_given_by_hand_survive(again, formgrader) -> None:
    """Judging again and running again, and so does the comment; the judge's are still seen."""
    assert again == {"regrade": "17.5 / 20", "autograde": "17.5 / 20"}
    formgrader.grade_by_hand(WRONG)
    assert formgrader.points("check-parameters").input_value() == "1.5"
    assert formgrader.points("check-parameters").get_attribute("placeholder") == "0"
    assert formgrader.commented("parameters") == COMMENT


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", ["index.html", f"{WRONG}/report.html"])
def test_our_pages_can_be_read_by_all(again, own_course, window, path: str, dark: bool) -> None:
    """axe-core finds nothing, and nothing is wider than a narrow screen."""
    page = window.page(width=800, dark=dark)
    page.goto((own_course.root / "results" / LESSON.name / path).as_uri())
    assert looks.findings(page, "html") == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


@pytest.mark.parametrize("name", CLASS)
def test_what_we_say_in_the_feedback_can_be_read_by_all(
    again, own_course, window, pictures, name: str
) -> None:
    """The page is nbgrader's, which is light only; what the checks say in it is ours."""
    page = window.page()
    path = own_course.root / "feedback" / name / LESSON.name / f"{LESSON.name}.html"
    page.goto(path.as_uri(), wait_until="commit")
    page.locator(OURS).nth(2).scroll_into_view_if_needed()
    page.screenshot(path=pictures / f"feedback-{name}.png")
    assert looks.findings(page, OURS) == []
    page.close()
