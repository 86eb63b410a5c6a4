"""Which cells were run, what a restart might change, and what only an earlier run did.

That is set aside: a notebook is graded as it stands.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from support.cases import of
from support.evidence_builder import LESSON, Submission, changed, fit, judged
from support.mini import BLANKS, CALLS, RIGHT, released

from autograder.kernel.cell_tracker import Cells
from autograder.kernel.earlier_runs import RunsOfRecords, without_earlier
from autograder.kernel.staleness import doubts
from autograder.notebooks.released_notebook import defining_cells, released_cells

SOLVED = {name: f"{BLANKS[name]}\n{RIGHT[name]}" for name in BLANKS}
CHECKS = {f"check-{name}": f"check.{name}({CALLS[name]})" for name in BLANKS}
FIRST, SECOND = 1, 2


class Session:
    """Runs nothing, but notes cells and the values that they give, as a kernel would."""

    def __init__(self, notebook: Path) -> None:
        self.values: dict[str, object] = {}
        self.cells = Cells(LESSON, notebook, self.values)

    def run(
        self,
        source: str,
        cell_id: str | None = None,
        error: Exception | None = None,
        **values: object,
    ) -> int:
        """Run a cell; return the number of that run."""
        self.cells.start()
        self.values |= values
        info = SimpleNamespace(raw_cell=source, cell_id=cell_id)
        unread = error if isinstance(error, SyntaxError) else None
        self.cells.note(SimpleNamespace(info=info, error_before_exec=unread, error_in_exec=error))
        return self.cells.turn

    def run_all(self) -> None:
        for name in BLANKS:
            self.run(SOLVED[name], name)
            self.run(CHECKS[f"check-{name}"], f"check-{name}")

    def check(self, question: str) -> None:
        self.cells.start()
        self.cells.check(question)

    @property
    def doubts(self) -> tuple[str, ...]:
        return doubts(self.cells.ran, self.cells.removed, LESSON)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    path = tmp_path / "released.ipynb"
    nbformat.write(released(), path)
    return Session(path)


# ---- what a restart might change


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
    assert next(one for one in session.cells.records() if one.grade_id == "build").status == "error"


# ---- which cells they are


@pytest.mark.parametrize("cell_id", [None, "", "another-id"])
def test_where_no_id_is_sent_a_cell_is_known_by_its_first_line(session, cell_id):
    """So it is in Colab, and with a cell that a student copied."""
    session.run(SOLVED["build"], cell_id)
    (seen,) = session.cells.records()
    assert (seen.grade_id, seen.changed, seen.status) == ("build", True, "ok")
    assert [one.name for one in session.cells.ran] == ["build"]


def test_the_cell_that_begins_to_watch_is_one_of_them(session):
    """Where no ids are sent either: what it defines is not gone when the next cell has run."""
    info = SimpleNamespace(raw_cell="from autograder import check", cell_id=None)
    session.cells.note(SimpleNamespace(info=info, error_before_exec=None, error_in_exec=None))
    session.run("gpus = check.devices")
    assert len(session.cells.ran) == 2
    assert not session.cells.removed


def test_a_blank_is_seen_as_a_blank(session):
    session.run(f"{BLANKS['build']}\n# Your code here.\n\n", "build")
    assert [one.changed for one in session.cells.records()] == [False]


def test_how_a_cell_ended_is_kept_with_the_end_of_a_long_text(session):
    session.run(SOLVED["train"], "train", ValueError("a" * 9000 + "the end"))
    (seen,) = session.cells.records()
    assert (seen.status, seen.ename) == ("error", "ValueError")
    assert len(seen.evalue) <= 4000
    assert seen.evalue.startswith("aaa")
    assert seen.evalue.endswith("the end")


def test_other_cells_are_no_evidence(session):
    session.run("x = 1", "mine")
    session.run("", None)
    session.run("import tensorflow as tf", "setup")
    assert session.cells.records() == ()


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"cells": 3}'])
def test_without_a_notebook_nothing_is_known(tmp_path, content):
    path = tmp_path / "no.ipynb"
    if content is not None:
        path.write_text(content)
    session = Session(path)
    session.run(SOLVED["build"], "build")
    assert session.cells.records() == ()
    assert released_cells(path) == []
    assert defining_cells(path) == {}


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
    found = defining_cells(path)
    assert found["x"] == "the cell that begins with `import math`"
    assert found["y"] == "the cell that begins with `x = 2`, in “2. The cards”"
    assert found["numbers"].endswith(" …`, in “2. The cards”")
    assert len(found["numbers"]) < 120


def test_every_name_of_the_lesson_has_an_origin():
    """So that a cell that was skipped can be named."""
    known = defining_cells(LESSON.released)
    given = {"tf", "np", "plt", "train_images", "valid_labels", "number_of_classes", "data_index"}
    leaves = {name for question in LESSON.questions for name in question.leaves}
    assert given | leaves <= set(known)


# ---- which runs count


def test_a_cell_that_is_run_once_is_no_earlier_attempt(session):
    session.run(SOLVED["devices"], "devices", gpus=[])
    session.run("print(gpus)", "mine")
    session.check("devices")
    assert session.cells.superseded == frozenset()
    assert session.cells.stale("devices") == ()


def test_a_run_is_superseded_once_its_question_is_checked_again(session):
    """Until then the earlier check still stands."""
    first = session.run(SOLVED["devices"], "devices", gpus=[])
    session.check("devices")
    session.run(SOLVED["devices"], "devices", gpus=[])
    assert session.cells.superseded == frozenset()
    session.check("devices")
    assert session.cells.superseded == {first}


def test_a_cell_of_ones_own_is_superseded_at_once(session):
    first = session.run("tf.config.list_physical_devices()", "mine")
    session.run("x = 1", "mine")
    assert session.cells.superseded == {first}


@pytest.mark.parametrize("error", [SyntaxError("'(' was never closed"), ValueError("no")])
def test_a_value_from_before_the_cell_was_broken_is_stale(session, error):
    model = object()
    session.run(SOLVED["build"], "build", model=model)
    session.run("model = tf.keras.Sequential([", "build", error)
    session.check("build")
    assert session.cells.stale("build") == ("model",)
    session.run(SOLVED["build"], "build", model=object())
    session.check("build")
    assert session.cells.stale("build") == ()


def test_the_same_number_once_more_is_not_stale(session):
    """Small numbers are one object in Python."""
    for _ in range(2):
        session.run(SOLVED["predict"], "predict", predicted_label=7)
    session.check("predict")
    assert session.cells.stale("predict") == ()


@pytest.mark.parametrize(
    ("saved", "later", "edited"),
    [
        (SOLVED["compile"], 10, False),
        (f"{SOLVED['compile']}  # a comment", 10, False),
        ("model.compile('sgd')", 10, True),
        ("model.compile('sgd')", -10, False),
    ],
)
def test_a_cell_that_was_changed_and_saved_since_it_ran(session, tmp_path, saved, later, edited):
    """A notebook that was saved before the run tells nothing."""
    session.run(SOLVED["compile"], "compile")
    cell = nbformat.v4.new_code_cell(saved, id="compile")
    path = tmp_path / "mine.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    when = time.time() + later
    os.utime(path, (when, when))
    assert session.cells.edited("compile", path) is edited


def test_without_a_file_or_a_run_nothing_was_changed(session, tmp_path):
    assert not session.cells.edited("compile", None)
    session.run(SOLVED["compile"], "compile")
    assert not session.cells.edited("compile", tmp_path / "none.ipynb")


# ---- what is set aside


def judge_as_it_stands(work: Submission, runs: RunsOfRecords, stale=None):
    evidence = work.evidence()
    recorded = without_earlier(evidence.recorded, runs, {FIRST}, stale or {})
    stands = changed(evidence.record, recorded=recorded)
    made = type(evidence)(record=stands, arrays=evidence.arrays)
    return judged({"": SimpleNamespace(evidence=lambda: made)})[""]


def runs_of(**made: dict) -> RunsOfRecords:
    runs = RunsOfRecords()
    for kind, turns in made.items():
        for record, turn in turns.items():
            if kind == "compiled":
                runs.compiled[record] = turn
            else:
                getattr(runs, kind)[record] |= {turn}
    return runs


def test_what_ran_once_is_judged_as_ever():
    runs = runs_of(fits={0: SECOND}, compiled={0: SECOND})
    assert judge_as_it_stands(Submission(), runs) == judged({"": Submission()})[""]


def test_devices_that_were_asked_for_before_do_not_count():
    name = Submission().evidence().recorded.devices.queried[0]
    verdicts = judge_as_it_stands(Submission(), runs_of(queries={name: FIRST}))
    assert of(verdicts, "devices.asked").misconception == "devices-typed-by-hand"
    both = runs_of(queries={name: FIRST})
    both.queries[name].add(SECOND)
    assert of(judge_as_it_stands(Submission(), both), "devices.asked").outcome == "passed"


def test_five_times_one_epoch_is_one_epoch():
    fits = tuple(
        fit(number=number, epochs_done=1, steps=375, snapshots=(1,), means=())
        for number in range(5)
    )
    runs = runs_of(fits={0: FIRST, 1: FIRST, 2: FIRST, 3: FIRST, 4: SECOND})
    found = of(judge_as_it_stands(Submission(fits=fits), runs), "train.epochs")
    assert found.misconception == "too-few-epochs"
    assert "for 1 epoch;" in found.message


def test_a_model_that_was_compiled_before_is_not_compiled():
    verdicts = judge_as_it_stands(Submission(), runs_of(compiled={0: FIRST}))
    assert {one.outcome for one in verdicts.of("compile")} <= {"failed", "skipped"}


def test_a_prediction_of_an_earlier_run_does_not_count():
    work = Submission()
    calls = dict.fromkeys(work.evidence().recorded.model_calls, FIRST)
    found = of(judge_as_it_stands(work, runs_of(calls=calls)), "predict.label")
    assert found.misconception == "copied-label"


def test_a_stale_name_is_blank():
    found = judge_as_it_stands(
        Submission(), RunsOfRecords(), {"parameters": ["number_of_parameters"]}
    )
    assert "still blank" in found.of("parameters")[0].message
