"""Work as people hand it in, graded in one run as a course would: the right points for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support.make_class import LESSON, notebook
from support.real_submissions import REAL

GRADE = ("grade", "submitted", "--no-gradebook", "--json", "told.json")

pytestmark = [pytest.mark.slow, pytest.mark.kernel]


@pytest.fixture(scope="module")
def graded(tmp_path_factory, sample_keras: Path) -> dict[str, dict]:
    """What ``grade --json`` says of each, by name."""
    folder = tmp_path_factory.mktemp("real")
    for name, work in REAL.items():
        path = folder / "submitted" / name / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook(work.edits), path)
    subprocess.run(
        [sys.executable, "-m", "autograder.cli", *GRADE],
        cwd=folder,
        env={**os.environ, "KERAS_HOME": str(sample_keras)},
        check=True,
    )
    document = json.loads((folder / "told.json").read_text())
    return {one["name"]: one for one in document["submissions"]}


@pytest.mark.parametrize("name", REAL)
def test_it_has_the_points_that_it_earns(graded, name) -> None:
    found = graded[name]
    failed = {
        one["id"]: one["misconception"] for one in found["checks"] if one["outcome"] == "failed"
    }
    left_open = [one["message"] for one in found["checks"] if one["outcome"] == "error"]
    assert (left_open, failed, found["score"]) == ([], dict(REAL[name].named), REAL[name].points)
