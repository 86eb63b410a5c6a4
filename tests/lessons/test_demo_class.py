"""The small class of the demo, run and judged for real: every message where it belongs."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from support import frozen, make_class
from support.mini import LESSON

from autograder.cli import main

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

CLASS = Path(__file__).parents[1] / "class"
# Or not: it ends so near to the threshold that the processor's arithmetic decides.
ONE_EPOCH_IS_ENOUGH = ("one-epoch", "train.accuracy")


@pytest.fixture(scope="module")
def graded(tmp_path_factory, sample_keras: Path) -> dict[str, dict]:
    """The class, graded once on the sample."""
    folder = tmp_path_factory.mktemp("graded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(sample_keras))
        arguments = ["--results", str(folder / "results"), "--json", str(folder / "out.json")]
        code = main(["grade", str(CLASS), "--workers", "2", *arguments])
    assert code == 0
    document = json.loads((folder / "out.json").read_text())
    for one in document["submissions"]:
        one["folder"] = folder / "results" / LESSON.name / one["name"]
    return {one["name"]: one for one in document["submissions"]}


def test_the_committed_class_is_what_the_source_makes() -> None:
    """The notebooks in tests/class are in step with the source."""
    for name, changes in make_class.CLASS.items():
        path = CLASS / name / LESSON.name / LESSON.notebook
        assert nbformat.read(path, as_version=4) == make_class.notebook(changes), name
    assert {path.name for path in CLASS.iterdir()} == set(make_class.CLASS)


def test_everyone_is_told_the_same_as_ever(graded: dict[str, dict], freeze: bool) -> None:
    """Each grade, each misconception, each word."""
    assert {(one["status"], one["reason"]) for one in graded.values()} == {("graded", None)}
    results = {
        name: [
            SimpleNamespace(**check)
            for check in one["checks"]
            if (name, check["id"]) != ONE_EPOCH_IS_ENOUGH
        ]
        for name, one in graded.items()
    }
    frozen.compare("class", results, freeze=freeze)
    name, check = ONE_EPOCH_IS_ENOUGH
    (left_out,) = (one for one in graded[name]["checks"] if one["id"] == check)
    outcome = left_out["outcome"], left_out["points"], left_out["misconception"]
    assert outcome in {("passed", 2.0, None), ("skipped", 0.0, None)}


def test_the_blank_runs_to_its_end_without_a_traceback(graded: dict[str, dict]) -> None:
    """Cells that use a blank say so in one friendly line."""
    notebook = nbformat.read(graded["untouched-blank"]["folder"] / "notebook.ipynb", as_version=4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out.output_type == "error"]
    assert "still blank" in json.dumps(outputs)
    assert [cell for cell in notebook.cells if cell.cell_type == "code"][-1].execution_count


def test_the_results_can_be_read_by_people_and_programs(graded: dict[str, dict]) -> None:
    """Evidence, report and notebook lie in each one's folder, a page over all of them above."""
    folder = graded["full-solution"]["folder"]
    assert {path.name for path in folder.iterdir()} == {
        "evidence.zip",
        "notebook.ipynb",
        "report.html",
        "report.json",
        "submission.json",
    }
    page = (folder.parent / "index.html").read_text()
    assert all(f'href="{name}/report.html"' in page for name in make_class.CLASS)
    measures = json.loads((folder / "report.json").read_text())["measures"]
    assert measures["accuracy"] > measures["threshold"] == LESSON.thresholds["sample"]
