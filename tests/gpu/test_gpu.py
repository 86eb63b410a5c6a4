"""On a GPU, in the sandbox that submissions get: what is seen, trained, shared and said there.

Without a GPU all of it is skipped, and nothing is known.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from support import processes
from support.mini import LESSON
from support.terminal import ROOT, Terminal, copy_of

from autograder.notebooks.restore import grade_id
from autograder.sandbox import bubblewrap

pytestmark = [pytest.mark.gpu, pytest.mark.slow]

LIST = 'import tensorflow as tf; print(len(tf.config.list_physical_devices("GPU")))'
GROW = """\
for one in tf.config.list_physical_devices("GPU"):
    tf.config.experimental.set_memory_growth(one, True)
"""
# What each hands in: the solution, where in this cell this text becomes that one.
CLASS: Mapping[str, tuple[str, str, str]] = {
    "solution": ("train", "history =", "history ="),
    "forced": ("train", "history =", 'with tf.device("/CPU:0"): history ='),
    "hidden": ("build", "model =", 'tf.config.set_visible_devices([], "GPU")\nmodel ='),
    "grows-before": ("devices", "gpus =", f"{GROW}gpus ="),
    "grows-after": ("predict", "outputs =", f"{GROW}outputs ="),
}


@dataclass(frozen=True)
class Check:
    """What was said of one check."""

    outcome: str
    misconception: str | None
    message: str


@dataclass(frozen=True)
class Graded:
    """A class: the sandbox of each, and what was said of each check."""

    isolation: Mapping[str, str]
    checks: Mapping[str, Mapping[str, Check]]

    def outcomes(self, name: str) -> dict[str, tuple[str, str | None]]:
        """What does not depend on rounding."""
        return {key: (one.outcome, one.misconception) for key, one in self.checks[name].items()}


@pytest.fixture(scope="module")
def _gpu() -> None:
    """A GPU that TensorFlow lists, in a process of its own: it would take the memory."""
    if sys.platform != "linux" or not bubblewrap.gpu_nodes():
        pytest.skip("This machine has no GPU.")
    done = processes.python("-c", LIST, timeout=300)
    if done.stdout.strip() in ("", "0"):
        pytest.skip("TensorFlow lists no GPU: pip install 'tensorflow[and-cuda]'.")


def write(course: Path, name: str) -> None:
    """Hand in one of the class."""
    notebook = nbformat.read(ROOT / "solutions" / LESSON.name / LESSON.notebook, as_version=4)
    question, old, new = CLASS[name]
    (cell,) = (one for one in notebook.cells if grade_id(one) == question)
    assert old in cell.source
    cell.source = cell.source.replace(old, new, 1)
    folder = course / "submitted" / name / LESSON.name
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / LESSON.notebook)


@pytest.fixture(scope="module")
def grade(_gpu, sample_keras: Path, tmp_path_factory) -> Callable[..., Graded]:
    """Grades some of the class, so many at a time, in a course with these settings."""

    def graded(*names: str, workers: int = 1, settings: str = "") -> Graded:
        folder = tmp_path_factory.mktemp("gpu") / "course"
        folder.mkdir()
        copy_of(folder, "nbgrader_config.py")
        with (folder / "nbgrader_config.py").open("a") as file:
            file.write(f"\n{settings}\n")
        for name in names:
            write(folder, name)
        course = Terminal(folder=folder, home=folder.parent, keras=sample_keras)
        course.type(f"autograder grade submitted --json grades.json --workers {workers}")
        found = json.loads((folder / "grades.json").read_text())["submissions"]
        return Graded(
            isolation={one["name"]: one["isolation"] for one in found},
            checks={
                one["name"]: {
                    check["id"]: Check(check["outcome"], check["misconception"], check["message"])
                    for check in one["checks"]
                }
                for one in found
            },
        )

    return graded


@pytest.fixture(scope="module")
def one_by_one(grade) -> Graded:
    """The class, one after another."""
    return grade(*CLASS)


@pytest.fixture(scope="module")
def on_cpu(grade) -> Graded:
    """The solution where the course keeps its GPUs from submissions."""
    return grade("solution", settings="c.Autograder.gpus = False")


def passed(graded: Graded, name: str) -> bool:
    """Whether all that was asked is right."""
    return {one.outcome for one in graded.checks[name].values()} == {"passed"}


def test_the_sandbox_lets_the_gpus_in(one_by_one: Graded) -> None:
    """TensorFlow lists them there, and so the question of the devices is answered."""
    assert all(one.startswith("bubblewrap") for one in one_by_one.isolation.values())
    devices = one_by_one.checks["solution"]["devices.gpus"]
    assert devices.outcome == "passed"
    assert "GPU:0" in devices.message


def test_the_solution_trains_on_it(one_by_one: Graded) -> None:
    assert passed(one_by_one, "solution")
    device = one_by_one.checks["solution"]["train.device"]
    assert device.message == "The model was trained on the GPU."


@pytest.mark.parametrize("name", ["forced", "hidden"])
def test_training_on_the_cpu_beside_it_is_a_mistake(one_by_one: Graded, name: str) -> None:
    """That costs its own points only."""
    outcomes = one_by_one.outcomes(name)
    assert outcomes.pop("train.device") == ("failed", "forced-cpu")
    assert {outcome for outcome, _ in outcomes.values()} == {"passed"}


def test_memory_may_grow_if_that_is_said_before_the_first_use(one_by_one: Graded) -> None:
    """What the grader does before the first cell does not use the GPU."""
    assert passed(one_by_one, "grows-before")


def test_said_after_the_first_use_only_its_own_cell_stops(one_by_one: Graded) -> None:
    """With TensorFlow's own error."""
    outcomes = one_by_one.outcomes("grows-after")
    assert outcomes.pop("predict.label")[0] == "failed"
    assert "RuntimeError" in one_by_one.checks["grows-after"]["predict.label"].message
    assert {outcome for outcome, _ in outcomes.values()} == {"passed"}


def test_several_at_once_on_one_gpu_are_judged_as_one_by_one(grade, one_by_one: Graded) -> None:
    """They share its memory: each takes what it needs."""
    names = ("solution", "grows-before")
    at_once = grade(*names, workers=len(names))
    for name in names:
        assert at_once.outcomes(name) == one_by_one.outcomes(name)


def test_a_course_can_keep_its_gpus(on_cpu: Graded) -> None:
    """Then TensorFlow lists none, and trains on the CPU."""
    checks = on_cpu.checks["solution"]
    assert checks["devices.gpus"].message.startswith("TensorFlow sees no GPU here")
    assert checks["train.device"].message.startswith("There was no GPU")


def test_cpu_and_gpu_are_judged_the_same(on_cpu: Graded, one_by_one: Graded) -> None:
    """They add in another order: the accuracies differ, the outcomes do not."""
    assert on_cpu.outcomes("solution") == one_by_one.outcomes("solution")
