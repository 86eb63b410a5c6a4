"""Notebooks that misbehave: each ends with a reason, and what was right keeps its points."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from support import make_class, processes

from autograder.core.config import Course, Settings
from autograder.core.report import Outcome, Report
from autograder.grading.discovery import find_submissions
from autograder.grading.grader import Grader

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

# bubblewrap, its child, the sandbox, the run, and three for the kernel and its process space.
WITH_A_KERNEL = 7


def wrong_kernel() -> NotebookNode:
    """A notebook whose metadata names a kernel that nobody has."""
    notebook = make_class.untrained()
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    return notebook


def old_format() -> NotebookNode:
    """The notebook as version 3 of the format, which has no cell ids."""
    return nbformat.convert(make_class.untrained(), 3)


# Two images and two epochs would do as well; training is left out of most of these.
NOTEBOOKS = {
    "loop without end": make_class.untrained(
        parameters="number_of_parameters = 7850\nwhile True:\n    pass"
    ),
    "deaf loop": make_class.untrained(
        compile="import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass"
    ),
    "sys.exit": make_class.untrained(compile="import sys\nsys.exit()"),
    "killed kernel": make_class.untrained(compile="import os\nos._exit(1)"),
    "input": make_class.untrained(parameters="number_of_parameters = int(input('How many? '))"),
    "missing file": make_class.untrained(
        parameters="number_of_parameters = int(open('count.txt').read())"
    ),
    "Ünïcode – ünd   spaces": make_class.untrained(build="modle = 3 +"),
    "wrong kernel": wrong_kernel(),
    "old format": old_format(),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory, sample_keras: Path) -> dict[str, Report]:
    """All of them, graded in one go with short limits."""
    root = tmp_path_factory.mktemp("bad")
    for name, notebook in NOTEBOOKS.items():
        (root / f"{name}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    settings = Settings(cell_seconds=25, seconds=120)
    course = replace(Course(root=Path(__file__).parents[2]), settings=settings)
    with Grader(course=course, data_home=sample_keras, results=root / "results") as grader:
        return {one.name: one for one in grader.grade(find_submissions([root]), workers=2)}


def outcomes(report: Report, question: str) -> set[str]:
    """The outcomes of a question's checks."""
    return {str(check.outcome) for check in report.of(question)}


def message(report: Report, question: str) -> str:
    """The first message of a question."""
    return report.of(question)[0].message


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_one_is_graded(reports: dict[str, Report], name: str) -> None:
    """None is lost, none is `failed`, and nothing of ours stumbled."""
    assert (reports[name].status, reports[name].trouble) == ("graded", None)
    assert outcomes(reports[name], "devices") == {"passed"}


def test_a_loop_without_end_costs_its_own_question(reports: dict[str, Report]) -> None:
    """It is stopped at the limit of the cell; the cells after it still run."""
    report = reports["loop without end"]
    assert outcomes(report, "compile") == {"passed"}
    # The value was there before the loop began, and it is right.
    assert outcomes(report, "parameters") == {"passed"}


def test_a_loop_that_cannot_be_interrupted_ends_the_run(reports: dict[str, Report]) -> None:
    """What was handed in before keeps its points; the reason is told."""
    report = reports["deaf loop"]
    assert report.reason
    assert outcomes(report, "parameters") == {"passed"}
    assert "did not end" in message(report, "compile") or "never run" in message(report, "compile")


def test_sys_exit_keeps_the_earlier_questions(reports: dict[str, Report]) -> None:
    """And is named where it happened."""
    report = reports["sys.exit"]
    assert outcomes(report, "parameters") == {"passed"}
    assert "SystemExit" in message(report, "compile")


def test_a_killed_kernel_keeps_the_earlier_questions(reports: dict[str, Report]) -> None:
    """The report says that the kernel died."""
    report = reports["killed kernel"]
    assert "kernel died" in (report.reason or "")
    assert outcomes(report, "parameters") == {"passed"}
    assert {one.outcome for one in report.of("compile")} <= {Outcome.FAILED, Outcome.SKIPPED}


@pytest.mark.parametrize(
    ("name", "words"), [("input", "StdinNotImplementedError"), ("missing file", "count.txt")]
)
def test_an_error_is_told_on_its_own_question(
    reports: dict[str, Report], name: str, words: str
) -> None:
    """The error's own words; the other questions count."""
    assert words in message(reports[name], "parameters")
    assert outcomes(reports[name], "compile") == {"passed"}


def test_a_syntax_error_starts_no_chain(reports: dict[str, Report]) -> None:
    """The cell is named once; what needs its result is marked with the solution in its place."""
    report = reports["Ünïcode – ünd   spaces"]
    assert "SyntaxError" in message(report, "build")
    assert outcomes(report, "compile") == {"passed"}
    assert any("the solution’s `build` in place of yours" in note for note in report.notes)
    assert outcomes(report, "parameters") == {"passed"}


def test_another_kernel_is_not_honoured(reports: dict[str, Report]) -> None:
    """The notebook runs in ours."""
    assert outcomes(reports["wrong kernel"], "compile") == {"passed"}


def test_the_old_format_is_converted(reports: dict[str, Report]) -> None:
    """And the note says so."""
    report = reports["old format"]
    assert any("old format 3" in note for note in report.notes)
    assert outcomes(report, "compile") == {"passed"}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_grader_that_is_stopped_leaves_nothing_running(
    tmp_path: Path, sample_keras: Path, sent: signal.Signals
) -> None:
    """Ctrl-C, a polite end and a rude one: the kernel that was at work ends too."""
    nbformat.write(NOTEBOOKS["deaf loop"], tmp_path / "loop.ipynb")
    environment = {**os.environ, "KERAS_HOME": str(sample_keras), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "autograder.cli", "grade", "loop.ipynb"]
    with processes.started(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as grader:
        family = processes.wait_until(lambda: with_a_kernel(grader.pid), "a kernel", grader)
        grader.send_signal(sent)
        _, words = grader.communicate(timeout=processes.PATIENCE)
    assert psutil.wait_procs(family, timeout=30)[1] == []
    if sent is not signal.SIGKILL:
        assert grader.returncode == 130
        assert "the same command starts again" in words


def with_a_kernel(grader: int) -> list[psutil.Process]:
    """All that a grader has started, once a kernel is among them."""
    family = psutil.Process(grader).children(recursive=True)
    return family if len(family) >= WITH_A_KERNEL else []
