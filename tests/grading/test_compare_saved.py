"""What a saved notebook shows, beside what a run from the top gives."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from support import make_class
from support.evidence_builder import LESSON, Submission, claim, fit, judged
from support.mini import cell_of, submitted

from autograder.cli import main
from autograder.core.report import Report
from autograder.grading.compare_saved import differing_points, shown_points


def saved(path: Path, **shown: str | None) -> Path:
    """A notebook whose checks show these points; all of them where nothing is said."""
    notebook = submitted()
    for question in LESSON.questions:
        value = shown.get(question.name, repr(float(question.points)))
        outputs = [nbformat.v4.new_output("display_data", data={"text/plain": "Train: 6 of 6"})]
        if value is not None:
            outputs.append(nbformat.v4.new_output("execute_result", data={"text/plain": value}))
        cell_of(notebook, question.grade_id).outputs = outputs
    nbformat.write(notebook, path)
    return path


def report(**changes) -> Report:
    verdicts = judged({"": Submission(**changes)})[""]
    return Report(name="", notebook="", lesson=LESSON.name, checks=verdicts.checks)


def differences_in(path: Path, found: Report) -> list[str]:
    return list(differing_points(path, found, LESSON))


def test_what_is_the_same_surprises_nobody(tmp_path):
    assert differences_in(saved(tmp_path / "a.ipynb"), report()) == []


def test_a_check_that_only_passed_because_of_an_old_variable(tmp_path):
    (line,) = differences_in(saved(tmp_path / "a.ipynb"), report(fits=(fit(validation=None),)))
    assert line.startswith("Train: In your notebook this check passed; run from the top")
    assert line.endswith(
        "it does not: There was no validation: `fit` was given no validation data."
    )


def test_fewer_points_than_before(tmp_path):
    path = saved(tmp_path / "a.ipynb", train="5.0")
    line = next(iter(differences_in(path, report(fits=(), arrays=dict, label=lambda: claim(8)))))
    assert "this check shows 5 points; run from the top it earns 0: The model" in line


def test_more_points_than_before(tmp_path):
    (line,) = differences_in(saved(tmp_path / "a.ipynb", build="0.0"), report())
    assert line == (
        "Build the neurons: In your notebook this check shows 0 points; run from the top it earns"
        " 4. Run the check again there."
    )


def test_a_notebook_without_results_surprises_nobody(tmp_path):
    nothing = dict.fromkeys(one.name for one in LESSON.questions)
    path = saved(tmp_path / "a.ipynb", **nothing)
    assert differences_in(path, report(fits=())) == []
    nbformat.write(submitted(), path)
    assert differences_in(path, report(fits=())) == []


@pytest.mark.parametrize("value", ["nan", "inf", "True", "'4.0'", "", "check"])
def test_what_is_no_number_is_no_result(tmp_path, value):
    assert differences_in(saved(tmp_path / "a.ipynb", train=value), report(fits=())) == []


def test_a_cell_without_its_grade_id_is_known_by_its_id():
    """Some editors throw nbgrader's marks away."""
    output = {"output_type": "execute_result", "data": {"text/plain": ["4.", "0"]}}
    assert shown_points([{"id": "check-build", "metadata": {}, "outputs": [output]}]) == {
        "check-build": 4.0
    }


@pytest.mark.parametrize(
    "cells",
    [
        [{}],
        [3],
        [{"id": 3, "outputs": []}],
        [{"id": "a", "outputs": [3, {}, {"output_type": "execute_result", "data": 3}]}],
        [{"id": "a", "outputs": [{"output_type": "execute_result", "data": {"text/plain": 3}}]}],
    ],
)
def test_a_damaged_file_shows_nothing(tmp_path, cells):
    assert shown_points(cells) == {}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert differences_in(path, report()) == []


@pytest.mark.slow
@pytest.mark.kernel
def test_the_rehearsal_tells_of_an_old_variable(tmp_path, monkeypatch, capsys, sample_keras):
    """The points and the words of the official grade, and where the saved notebook says more."""
    monkeypatch.setenv("KERAS_HOME", str(sample_keras))
    monkeypatch.chdir(tmp_path)
    notebook = make_class.untrained(parameters="number_of_parameters = total")
    value = nbformat.v4.new_output("execute_result", data={"text/plain": "2.0"})
    cell_of(notebook, "check-parameters").outputs = [value]
    nbformat.write(notebook, "mine.ipynb")
    assert main(["check", "mine.ipynb", "--more"]) == 0
    printed = capsys.readouterr().out
    assert "Total: 10 of 20 points" in printed
    assert "    How: In the error, an arrow points to the line" in printed
    assert printed.splitlines()[-1].startswith(
        "Warning: Count the parameters: In your notebook this check passed; run from the top it"
        " does not: Your cell stopped with NameError: name 'total' is not defined."
    )
