"""A lesson in one notebook: what its cells become, and what is said of one that is not whole."""

from __future__ import annotations

import copy

import nbformat
import pytest
from support import written
from support.mini import code

from autograder.core.errors import LessonError
from autograder.notebooks.authored import is_authored, read_lesson
from autograder.notebooks.lesson_package import package_of, source_line
from autograder.notebooks.student_notebook import student_notebook


def read(**changes: str | None):
    """What the notebook says, with these changes."""
    return read_lesson(written.notebook(**changes), written.NAME)


def test_a_question_is_read_from_its_cells() -> None:
    """Title, points, names, and what it builds on, also through given cells."""
    pears, baskets = read().questions
    assert (pears.name, pears.title, pears.points) == ("pears", "Count the pears", 1.5)
    assert (pears.leaves, pears.arguments, pears.builds_on) == (("pears",), ("pears",), ())
    assert (baskets.title, baskets.points, baskets.builds_on) == ("Fill baskets", 2, ("pears",))


def test_students_get_the_calls_and_no_tagged_cell() -> None:
    """With the points in words, and no check, test or tag left anywhere."""
    made = student_notebook(written.notebook(), written.NAME)
    assert [cell.id for cell in made.cells] == [
        *("title", "setup", "task", "pears", "checks_pears", "given", "task2", "baskets"),
        "checks_baskets",
    ]
    cells = {cell.id: cell for cell in made.cells}
    assert "Worth: 1.5 points, 2 points." in cells["title"].source
    assert cells["checks_pears"].source == "check.pears(pears)"
    meta = cells["checks_pears"].metadata
    assert (meta.nbgrader.grade, meta.nbgrader.grade_id) == (True, "check-pears")
    assert meta.nbgrader.points == 1.5
    for word in ("evidence", "pytest", "test_", "tags", "LESSON", "{points"):
        assert word not in nbformat.writes(made)
    nbformat.validate(made)


def test_the_package_is_the_same_each_time() -> None:
    """Its files and their bytes, whatever the outputs and the order of metadata."""
    first = package_of(read())
    again = written.notebook()
    again.cells[0].execution_count = 7
    assert package_of(read_lesson(again, written.NAME)) == first
    assert sorted(first) == [
        *("__init__.py", "check.py", "checks/check_baskets.py", "checks/check_pears.py"),
        *("lesson.py", "tests/test_two_pears.py"),
    ]
    for name, text in first.items():
        compile(text, name, "exec")
        assert text.startswith('"""Generated from source/two-pears/two-pears.ipynb by ')


def test_a_line_of_a_generated_file_is_one_of_the_notebook() -> None:
    """Errors when it is imported are named by it."""
    text = package_of(read())["checks/check_pears.py"]
    number = text.split("\n").index(
        '    assert evidence.answer("pears").claims["pears"].value == PEARS'
    )
    assert source_line(text, number + 1, "two-pears") == (
        "two-pears.ipynb, cell 6 (“checks_pears”), line 7"
    )
    assert source_line(text, 1, "two-pears") is None


def test_a_question_may_have_several_cells_of_checks() -> None:
    """The second one without a call."""
    notebook = written.notebook()
    more = written.tagged(
        "check", "@pytest.mark.points(3)\ndef test_more(evidence):\n    pass", "more"
    )
    notebook.cells.insert(6, more)
    assert read_lesson(notebook, written.NAME).questions[0].points == 4.5
    assert "more" not in [cell.id for cell in student_notebook(notebook, written.NAME).cells]


def test_any_other_notebook_stays_as_it_is() -> None:
    """Also one of somebody who uses the same tags for something else."""
    other = nbformat.v4.new_notebook(cells=[written.tagged("lesson", "print('hello')", "a")])
    before = copy.deepcopy(other)
    assert not is_authored(other)
    assert student_notebook(other, "other") is other
    assert other == before


@pytest.mark.parametrize(("call", "filled"), [("compile(loss)", "compiled"), ("fit(x)", "trained")])
def test_a_cell_that_only_compiles_or_trains_needs_no_blank(call: str, filled: str) -> None:
    """An attempt is what was done to the model, and what uses it later builds on both cells."""
    cell = f"### BEGIN SOLUTION\nmodel.{call}\n### END SOLUTION"
    notebook = written.notebook(**{**written.TRAINS, "baskets": cell})
    more = written.notebook(pears=written.PEARS.replace("= 2", "= model"), lesson=None, tests=None)
    notebook.cells += [one for one in more.cells if one.id in ("task", "pears", "checks_pears")]
    notebook.cells[-2].metadata.nbgrader.grade_id = "later"
    notebook.cells[-1].source = notebook.cells[-1].source.replace("check.pears", "check.later")
    lesson = read_lesson(notebook, written.NAME)
    first, second, later = lesson.questions
    assert (first.filled, second.filled, later.filled) == ("", filled, "")
    assert (second.leaves, second.builds_on) == (("model",), ("pears",))
    assert later.builds_on == ("pears", "baskets")
    text = package_of(lesson)["lesson.py"]
    assert f"import Question as _Question, {filled} as _{filled}\n" in text
    assert text.count("filled=") == 1


CHECK = written.CHECK_PEARS
CALL_OF_TWO = written.TRAINS["checks_baskets"].replace("model", "model, x", 1)
SPOILT = [
    ({"lesson": f"{written.LESSON}\n("}, 1, 7, "this is not Python"),
    ({"lesson": "from autograder import x"}, 1, 1, "has to define LESSON"),
    ({"checks_pears": CHECK.replace("PEARS", "PEAR")}, 6, 7, "`PEAR` should be defined"),
    ({"checks_pears": CHECK + "\n  oops"}, 6, 13, "this is not Python"),
    ({"checks_pears": CHECK.replace("@pytest.mark.points(0.5)\n", "")}, 6, 10, "needs points"),
    ({"checks_pears": CHECK.replace("(0.5)", "(-1)")}, 6, 11, "test_whole needs points"),
    ({"checks_pears": CHECK.replace("(0.5)", "(True)")}, 6, 11, "test_whole needs points"),
    ({"checks_pears": CHECK.replace("(0.5)", "(1 + 1)")}, 6, 11, "test_whole needs points"),
    ({"checks_pears": CHECK.replace("test_whole", "test_number")}, 6, 11, "two checks"),
    ({"checks_pears": CHECK.replace("whole(evidence)", "whole(x)")}, 6, 11, "take `evidence`"),
    ({"checks_pears": CHECK.replace("def test_whole", "async def test_whole")}, 6, 11, "no plain"),
    ({"checks_pears": "check.pears(pears)"}, 6, 1, "“pears” is worth no points"),
    ({"checks_pears": CHECK.replace("check.pears(pears)", "")}, 6, 1, "should be the call"),
    ({"checks_pears": CHECK.replace("check.pears(", "check.apples(")}, 6, 1, "behind the question"),
    ({"checks_pears": CHECK.replace("(pears)", "(3)", 1)}, 6, 1, "takes names, each once"),
    ({"checks_pears": CHECK.replace("(pears)", "(fruit)", 1)}, 6, 1, "does not hand in `pears`"),
    ({"checks_pears": None}, 5, 1, "“pears” has no cell with the tag `check`"),
    ({"pears": "pears = 2"}, 5, 1, "has no blank"),
    ({"baskets": "model.fit(fruit)"}, 10, 1, "does not hand in `model`"),
    ({"baskets": "fit(model)"}, 9, 1, "only a cell that compiles or trains `model` needs none"),
    ({**written.TRAINS, "checks_baskets": CALL_OF_TWO}, 9, 1, "lacks x = check.blank"),
    ({"pears": written.PEARS + "\n("}, 5, 5, "this is not Python"),
    ({"title": "Two\n\n{points:apples}"}, 2, 3, "there is no question “apples”"),
    ({"title": "Two", "task": "Count."}, 5, 1, "has no heading above it"),
    ({"tests": "def test_it():\n    assert LESON"}, 11, 2, "`LESON` should be defined"),
]


@pytest.mark.parametrize(("changes", "cell", "line", "words"), SPOILT)
def test_an_error_names_the_cell_and_the_line(changes, cell: int, line: int, words: str) -> None:
    """By its number and id, in one sentence."""
    with pytest.raises(LessonError) as raised:
        student_notebook(written.notebook(**changes), written.NAME)
    said = str(raised.value)
    assert said.startswith(f"two-pears.ipynb, cell {cell} (“"), said
    assert f"”), line {line}: " in said
    assert words in said


def text_with_tag():
    """A text with the tag of checks."""
    cell = written.text("check.pears(pears)", "text")
    cell.metadata.tags = ["check"]
    return cell


@pytest.mark.parametrize(
    ("cell", "place", "words"),
    [
        (written.tagged("check", CHECK, "early"), 1, "no question above"),
        (written.tagged("lesson", written.LESSON, "again"), 1, "second cell with the tag lesson"),
        (code(written.PEARS, "pears", locked=False, solution=True), 5, "“pears” already"),
        (code(written.PEARS, "a-b", locked=False, solution=True), 5, "cannot be a question's name"),
        (code("check.x(x)", "check-x", grade=True, points=1), 5, "makes the grade cell"),
        (written.tagged("chek", CHECK, "misspelt"), 5, "line 4: students would get this cell"),
        (written.tagged("mutant", "DECLARED = 3", "misspelt"), 9, "students would get this cell"),
        (text_with_tag(), 5, "only a code cell can have the tag `check`"),
    ],
)
def test_a_cell_too_many(cell, place: int, words: str) -> None:
    """Named like any other error."""
    notebook = written.notebook()
    notebook.cells.insert(place, cell)
    with pytest.raises(LessonError, match=words):
        read_lesson(notebook, written.NAME)


def test_a_notebook_without_a_question() -> None:
    """It is said of the notebook."""
    notebook = nbformat.v4.new_notebook(cells=[written.tagged("lesson", written.LESSON, "a")])
    with pytest.raises(LessonError, match="has no question"):
        read_lesson(notebook, written.NAME)
