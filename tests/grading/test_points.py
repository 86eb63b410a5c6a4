"""The points of a question are the same in the lesson, the notebook and its checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from support.mini import released

from autograder.core.errors import LessonError
from autograder.core.lesson import Lesson, Question
from autograder.core.lesson_registry import lesson_names, load_lesson
from autograder.grading import points

CHECK = '''
import pytest


@pytest.mark.points(1)
def test_one(evidence):
    """One."""


{mark}
def test_other(evidence):
    """Another."""
'''


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    """A lesson with one question of two points, and two checks of one."""
    folder = tmp_path / "checks"
    folder.mkdir()
    (folder / "check_build.py").write_text(CHECK.format(mark="@pytest.mark.points(1)"))
    question = Question(name="build", title="Build", points=2, leaves=("model",))
    return Lesson(name="mine", title="Mine", folder=tmp_path, questions=(question,))


def notebook(path: Path, most: float) -> Path:
    made = released()
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "check-build":
            cell.metadata.nbgrader.points = most
    nbformat.write(made, path)
    return path


@pytest.mark.parametrize("mark", ["@pytest.mark.points(1)", "@pytest.mark.points(MANY)"])
def test_what_agrees_or_is_computed_is_not_mentioned(
    lesson: Lesson, tmp_path: Path, mark: str
) -> None:
    (lesson.folder / "checks" / "check_build.py").write_text(CHECK.format(mark=mark))
    assert points.differences(lesson, notebook(tmp_path / "mine.ipynb", 2)) == []


def test_a_notebook_with_other_points_is(lesson: Lesson, tmp_path: Path) -> None:
    assert points.differences(lesson, notebook(tmp_path / "mine.ipynb", 4)) == [
        "“Build” has 2 in the lesson, and 4 in mine.ipynb."
    ]


def test_marks_with_another_sum_are(lesson: Lesson, tmp_path: Path) -> None:
    (question,) = lesson.questions
    lesson = replace(lesson, questions=(replace(question, points=3),))
    assert points.differences(lesson, notebook(tmp_path / "mine.ipynb", 3)) == [
        "“Build” has 3 in the lesson, and 2 in check_build.py."
    ]


@pytest.mark.parametrize("mark", ["", "@pytest.mark.slow", "@pytest.mark.points()"])
def test_a_check_without_points_is_named_with_its_line(
    lesson: Lesson, tmp_path: Path, mark: str
) -> None:
    path = lesson.folder / "checks" / "check_build.py"
    path.write_text(CHECK.format(mark=mark))
    with pytest.raises(LessonError, match=r"check_build\.py:\d+: test_other has no @pytest"):
        points.differences(lesson, notebook(tmp_path / "mine.ipynb", 2))


@pytest.mark.parametrize("name", lesson_names())
def test_our_own_lessons_agree(name: str) -> None:
    lesson = load_lesson(name)
    source = Path(__file__).parents[2] / "source" / name / lesson.notebook
    for path in (source, lesson.released):
        assert points.differences(lesson, path) == []
