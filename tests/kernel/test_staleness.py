"""Which cells were run, and what a restart might change."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from support.evidence_builder import LESSON
from support.mini import BLANKS, CALLS, RIGHT, released

from autograder.kernel.cell_tracker import Cells
from autograder.kernel.staleness import doubts
from autograder.notebooks.origins import origins, released_cells

SOLVED = {name: f"{BLANKS[name]}\n{RIGHT[name]}" for name in BLANKS}
CHECKS = {f"check-{name}": f"check.{name}({CALLS[name]})" for name in BLANKS}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "released.ipynb"
    nbformat.write(released(), path)
    return path


class Session:
    """Runs nothing, but notes cells as a kernel would."""

    def __init__(self, notebook: Path) -> None:
        self.cells = Cells(LESSON, notebook)

    def run(self, source: str, cell_id: str | None = None, error: Exception | None = None) -> None:
        self.cells.begin()
        info = SimpleNamespace(raw_cell=source, cell_id=cell_id)
        unread = error if isinstance(error, SyntaxError) else None
        self.cells.note(SimpleNamespace(info=info, error_before_exec=unread, error_in_exec=error))

    def run_all(self) -> None:
        for name in BLANKS:
            self.run(SOLVED[name], name)
            self.run(CHECKS[f"check-{name}"], f"check-{name}")

    @property
    def doubts(self) -> tuple[str, ...]:
        return doubts(self.cells.ran, self.cells.gone, LESSON)


@pytest.fixture
def session(notebook: Path) -> Session:
    return Session(notebook)


def test_from_top_to_bottom_there_is_no_doubt(session):
    """Nor after another round, nor where nothing was run yet."""
    assert session.doubts == ()
    session.run_all()
    assert session.doubts == ()
    session.run_all()
    assert session.doubts == ()


def test_a_cell_that_was_run_again_makes_those_older_that_build_on_it(session):
    session.run_all()
    session.run(SOLVED["build"], "build")
    session.run(CHECKS["check-build"], "check-build")
    (doubt,) = session.doubts
    assert doubt.startswith("“Build the neurons” was run again after “Compile”, “Train” and “Predi")
    assert doubt.endswith("which build on it: run them again.")
    session.run(SOLVED["compile"], "compile")
    session.run(CHECKS["check-compile"], "check-compile")
    assert session.doubts[1] == (
        "“Compile” was run again after “Train”, which builds on it: run it again."
    )


def test_what_nothing_builds_on_may_be_run_again(session):
    session.run_all()
    session.run(SOLVED["devices"], "devices")
    session.run(CHECKS["check-devices"], "check-devices")
    assert session.doubts == ()


def test_a_cell_that_was_run_again_should_be_checked_again(session):
    session.run_all()
    session.run(SOLVED["parameters"], "parameters")
    assert session.doubts == (
        "“Count the parameters” was run again after its check: run the check again.",
    )


def test_a_name_that_no_cell_makes_any_more_is_left_over(session):
    session.run("limit = 3", "mine")
    session.run("print(limit)", "other")
    assert session.doubts == ()
    session.run("limt = 3", "mine")
    (doubt,) = session.doubts
    assert doubt.startswith("`limit` is used, but no cell defines it any more")
    session.run("limit = 4", "third")
    assert session.doubts == ()


def test_a_name_that_nobody_needs_may_go(session):
    session.run("limit = 3", "mine")
    session.run("limt = 3", "mine")
    assert session.doubts == ()


def test_a_cell_that_python_cannot_read_was_not_run(session):
    """What it made before is still its own."""
    session.run("limit = 3", "mine")
    session.run("print(limit)", "other")
    session.run("limit = (4", "mine", SyntaxError("'(' was never closed"))
    assert session.doubts == ()
    session.run_all()
    session.run(f"{SOLVED['build']})", "build", SyntaxError("unmatched ')'"))
    assert session.doubts == ()
    assert next(one for one in session.cells.seen() if one.grade_id == "build").status == "error"


# ---- which cells they are


@pytest.mark.parametrize("cell_id", [None, "", "another-id"])
def test_where_no_id_is_sent_a_cell_is_known_by_its_first_line(session, cell_id):
    """So it is in Colab, and with a cell that a student copied."""
    session.run(SOLVED["build"], cell_id)
    (seen,) = session.cells.seen()
    assert (seen.grade_id, seen.changed, seen.status) == ("build", True, "ok")
    assert [one.name for one in session.cells.ran] == ["build"]


def test_a_blank_is_seen_as_a_blank(session):
    session.run(f"{BLANKS['build']}\n# Your code here.\n\n", "build")
    assert [one.changed for one in session.cells.seen()] == [False]


def test_how_a_cell_ended_is_kept_with_the_end_of_a_long_text(session):
    session.run(SOLVED["train"], "train", ValueError("a" * 9000 + "the end"))
    (seen,) = session.cells.seen()
    assert (seen.status, seen.ename) == ("error", "ValueError")
    assert len(seen.evalue) <= 4000
    assert seen.evalue.startswith("aaa")
    assert seen.evalue.endswith("the end")


def test_other_cells_are_no_evidence(session):
    session.run("x = 1", "mine")
    session.run("", None)
    session.run("import tensorflow as tf", "setup")
    assert session.cells.seen() == ()


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"cells": 3}'])
def test_without_a_notebook_nothing_is_known(tmp_path, content):
    path = tmp_path / "no.ipynb"
    if content is not None:
        path.write_text(content)
    session = Session(path)
    session.run(SOLVED["build"], "build")
    assert session.cells.seen() == ()
    assert released_cells(path) == []
    assert origins(path) == {}


# ---- where a name comes from


def test_where_a_name_comes_from(tmp_path):
    """The first cell that makes it, by its first line and its section."""
    long = "numbers = [" + ", ".join(map(str, range(40))) + "]"
    cells = [
        nbformat.v4.new_code_cell("\nimport math\nx = 1"),
        nbformat.v4.new_markdown_cell("# Title\n\n## 2. The cards\n\ntext\n### Not this"),
        nbformat.v4.new_code_cell("x = 2\ny = 3"),
        nbformat.v4.new_code_cell(long),
    ]
    path = tmp_path / "one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    found = origins(path)
    assert found["x"] == "the cell that begins with `import math`"
    assert found["y"] == "the cell that begins with `x = 2`, in “2. The cards”"
    assert found["numbers"].endswith(" …`, in “2. The cards”")
    assert len(found["numbers"]) < 120


def test_every_name_of_the_lesson_has_an_origin():
    """So that a cell that was skipped can be named."""
    known = origins(LESSON.released)
    given = {"tf", "np", "plt", "train_images", "valid_labels", "number_of_classes", "data_index"}
    leaves = {name for question in LESSON.questions for name in question.leaves}
    assert given | leaves <= set(known)
