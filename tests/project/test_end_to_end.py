"""From a clone to files for the LMS: two lessons, forty students, the commands of the docs."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
import pytest
from support.terminal import ROOT, Terminal, copy_of

from autograder.core.lesson import Lesson, Question
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.notebooks.restore import grade_id

STUDENTS = [f"student{number:02}" for number in range(40)]
LESSONS = [load_lesson(name) for name in lesson_names()]
pytestmark = [pytest.mark.kernel, pytest.mark.slow, pytest.mark.weekly]

Answers = Mapping[str, str]
Program = Callable[[Answers, Lesson], Answers]


def all_but(*places: int) -> Program:
    """Everything solved but the questions at these places, which stay blank."""
    return lambda right, lesson: {
        question.name: right[question.name]
        for place, question in enumerate(lesson.questions)
        if place not in places
    }


def failing(place: int) -> Program:
    """Everything solved, and an error in one cell after it did its work."""
    return lambda right, lesson: {
        **right,
        lesson.questions[place].name: f"{right[lesson.questions[place].name]}\n1 / 0",
    }


# A dozen programs, which forty students hand in. None of them knows the lesson.
PROGRAMS: tuple[Program, ...] = (
    all_but(),
    *(all_but(place) for place in range(6)),
    all_but(0, 2),
    all_but(4, 5),
    all_but(3, 4, 5),
    failing(5),
    all_but(*range(6)),
)


def program_of(number: int) -> int:
    """Which program a student hands in: every third the first, the rest the others in turn."""
    if number % 3 == 0:
        return 0
    before = number - number // 3 - 1
    return 1 + before % (len(PROGRAMS) - 1)


def solutions(lesson: Lesson) -> Answers:
    """What stands in the solution cells of the course's own solution."""
    notebook = nbformat.read(ROOT / "solutions" / lesson.name / lesson.notebook, as_version=4)
    names = {question.name for question in lesson.questions}
    return {name: cell.source for cell in notebook.cells if (name := grade_id(cell)) in names}


def write_submission(course: Path, student: str, lesson: Lesson, answers: Answers) -> None:
    """The released notebook with these cells filled in, where nbgrader collects it."""
    notebook = nbformat.read(course / "release" / lesson.name / lesson.notebook, as_version=4)
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in answers:
            cell.source = answers[name]
    folder = course / "submitted" / student / lesson.name
    folder.mkdir(parents=True)
    shutil.copytree(
        course / "release" / lesson.name, folder, dirs_exist_ok=True, copy_function=shutil.copyfile
    )
    nbformat.write(notebook, folder / lesson.notebook)


def rows(course: Terminal, name: str) -> list[dict[str, str]]:
    """A file of comma-separated values that was written."""
    with (course.folder / name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def walk_folders(tmp_path_factory, sample_keras: Path) -> Terminal:
    """The whole walk, once."""
    folder = tmp_path_factory.mktemp("walk") / "course"
    folder.mkdir()
    copy_of(folder, "source", "release", "solutions", "nbgrader_config.py")
    course = Terminal(folder=folder, home=folder.parent, keras=sample_keras)
    course.type("autograder generate --check")
    for lesson in LESSONS:
        right = solutions(lesson)
        for number, student in enumerate(STUDENTS):
            answers = PROGRAMS[program_of(number)](right, lesson)
            write_submission(folder, student, lesson, answers)
    course.type("autograder grade submitted --json grades.json")
    course.type("autograder regrade --json again.json")
    course.type("autograder report")
    for form in ("csv", "canvas", "moodle"):
        course.type(f"autograder export {form}")
    return course


@pytest.fixture(scope="module")
def graded(walk_folders: Terminal) -> dict[tuple[str, str], dict]:
    """What was graded, by student and notebook."""
    document = json.loads((walk_folders.folder / "grades.json").read_text())
    return {(one["name"], one["notebook"]): one for one in document["submissions"]}


def left_out(number: int, lesson: Lesson) -> list[Question]:
    """The questions that a student left blank."""
    answers = PROGRAMS[program_of(number)](
        {question.name: "" for question in lesson.questions}, lesson
    )
    return [question for question in lesson.questions if question.name not in answers]


def test_everyone_is_graded_in_both_lessons(graded) -> None:
    """Forty students, two notebooks each."""
    assert len(graded) == len(STUDENTS) * len(LESSONS)
    assert {one["status"] for one in graded.values()} == {"graded"}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_right_ones_have_all_points_and_blanks_cost_their_own(graded, lesson: Lesson) -> None:
    """What is solved is paid unless it builds on a blank; what is blank is not."""
    for number, student in enumerate(STUDENTS):
        one = graded[student, lesson.notebook]
        blank = left_out(number, lesson)
        if not blank and program_of(number) == 0:
            assert one["score"] == one["max_score"] == lesson.max_score
        for question in blank:
            outcomes = {c["outcome"] for c in one["checks"] if c["question"] == question.name}
            assert outcomes <= {"not_attempted", "skipped"}, (student, question.name)
            assert not sum(c["points"] for c in one["checks"] if c["question"] == question.name)
        if len(blank) == len(lesson.questions):
            assert one["score"] == 0


def test_twins_have_the_same_points(graded) -> None:
    """Who hands in the same program has the same points, whoever's run it was."""
    for lesson in LESSONS:
        points: dict[int, set[float]] = {}
        for number, student in enumerate(STUDENTS):
            score = graded[student, lesson.notebook]["score"]
            points.setdefault(program_of(number), set()).add(score)
        assert len(points) == len(PROGRAMS)
        assert all(len(scores) == 1 for scores in points.values())


def test_judged_again_nothing_changes(walk_folders: Terminal) -> None:
    """Checks that did not change say what they said."""
    first, again = (
        {
            (one["name"], one["notebook"]): (one["score"], one["checks"])
            for one in json.loads((walk_folders.folder / name).read_text())["submissions"]
        }
        for name in ("grades.json", "again.json")
    )
    assert again == first


def test_the_pages_of_the_class_are_there(walk_folders: Terminal) -> None:
    """One for each lesson, with every student on it."""
    for lesson in LESSONS:
        page = (walk_folders.folder / "results" / lesson.name / "index.html").read_text()
        assert all(student in page for student in STUDENTS)


@pytest.mark.parametrize(
    ("name", "key"), [("canvas.csv", "SIS Login ID"), ("moodle.csv", "Username")]
)
def test_the_lms_gets_everyone_with_both_grades(walk_folders: Terminal, graded, name, key) -> None:
    """A row a student, a column a lesson, the points of the judge."""
    found = {row[key]: row for row in rows(walk_folders, name) if row[key] in STUDENTS}
    assert sorted(found) == STUDENTS
    for lesson in LESSONS:
        (column,) = [title for title in found[STUDENTS[0]] if lesson.title in title]
        for student in STUDENTS:
            assert float(found[student][column]) == graded[student, lesson.notebook]["score"]


def test_the_plain_table_has_every_grade(walk_folders: Terminal, graded) -> None:
    """A row for each student and lesson."""
    found = rows(walk_folders, "grades.csv")
    assert len(found) == len(graded)
    for row in found:
        lesson = load_lesson(row["assignment"])
        assert float(row["score"]) == graded[row["student_id"], lesson.notebook]["score"]
