"""The same report on every machine: its language, time zone, cores, folders and settings.

In grading it is the same to the last bit, because nothing of the machine reaches the sandbox but
what is named. In a student's own kernel everything does, and only rounding may differ.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from support import mini

from autograder.core.evidence import EVIDENCE_VARIABLE, load
from autograder.sandbox.environment import environment
from autograder.sandbox.workspace import WORKSPACE, Workspace

# Two mistakes, so that messages of both kinds are compared.
ANSWERS = {
    "train": mini.RIGHT["train"].replace("epochs=2", "epochs=5"),
    "parameters": "number_of_parameters = 28 * 28 * 10",
    "predict": "predicted_label = int(train_labels[data_index])",
}
STREAM = (
    "cards = tf.data.Dataset.from_tensor_slices((train_images, train_labels))\n"
    "history = model.fit(cards.shuffle(12_000).batch(32), epochs=5, verbose=0,"
    " validation_data=(valid_images, valid_labels))"
)
SEED = "import keras\nkeras.utils.set_random_seed(20)"
# Of raw pixels the outputs are so large that another rounding leads as far away as another seed.
NOISE = 0.03
PERCENT = re.compile(r"\d+(?:\.\d+)? %")
ODD_FOLDER = "ein Ordner – Übung №1"
# What somebody may have set for other work, or for none.
FAR_AWAY = {
    "LANG": "tr_TR.UTF-8",
    "TZ": "Asia/Kathmandu",
    "COLUMNS": "40",
    "LINES": "5",
    "TERM": "dumb",
    "PYTHONHASHSEED": "7",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "always",
    "PYTHONIOENCODING": "ascii",
    "KERAS_BACKEND": "jax",
    "TF_USE_LEGACY_KERAS": "1",
    "TF_DETERMINISTIC_OPS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OMP_NUM_THREADS": "3",
    "TF_NUM_INTRAOP_THREADS": "3",
    "TF_NUM_INTEROP_THREADS": "3",
    "MPLBACKEND": "svg",
}
PASSED_ON = {"LANG", "TZ"}


def test_nothing_else_of_the_machine_reaches_a_sandbox(monkeypatch) -> None:
    """Neither what changes numbers nor what changes Python."""
    before = environment(Workspace(WORKSPACE))
    for name, value in FAR_AWAY.items():
        monkeypatch.setenv(name, value)
    after = environment(Workspace(WORKSPACE))
    assert {name for name in after if after[name] != before.get(name)} == PASSED_ON


@pytest.fixture(scope="module")
def decimal_comma(tmp_path_factory) -> dict[str, str]:
    """The variables of a language with a decimal comma, made here; of none where it cannot be."""
    folder = tmp_path_factory.mktemp("languages")
    if not shutil.which("localedef") or not Path("/usr/share/i18n/locales/de_DE").exists():
        return {"LC_ALL": "C"}
    made = folder / "de_DE.UTF-8"
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", made], check=True)
    return {"LC_ALL": "de_DE.UTF-8", "LOCPATH": str(folder)}


@pytest.mark.slow
@pytest.mark.kernel
class TestGrading:
    """``autograder grade`` and ``autograder check``, here and far away."""

    @pytest.fixture(scope="class")
    @staticmethod
    def reports(tmp_path_factory, sample_keras, decimal_comma) -> dict[str, dict]:
        """What each wrote into its folder of results, by submission."""
        here, far = (tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("far") / ODD_FOLDER)
        keras = shutil.copytree(sample_keras, far / "keras")
        for course in (here, far):
            class_of(course)
        usual = {**os.environ, "KERAS_HOME": str(sample_keras)}
        unusual = {**usual, **FAR_AWAY, **decimal_comma, "KERAS_HOME": str(keras)}
        grade = ["grade", "submitted", "--no-gradebook", "--workers", "1"]
        check = ["check", "submitted/mistakes/building-a-brain/building-a-brain.ipynb"]
        autograder(grade, here, usual)
        autograder(grade, far, unusual, umask=0o077, cores={min(os.sched_getaffinity(0))})
        autograder([*check, "--results", "rehearsed"], far, unusual)
        return {
            "here": results(here / "results"),
            "far": results(far / "results"),
            "rehearsed": results(far / "rehearsed"),
        }

    def test_every_figure_and_word_is_the_same(self, reports) -> None:
        """Outcomes, points, misconceptions, messages, accuracies, and the evidence to the bit."""
        here, far = reports["here"], reports["far"]
        assert set(here) == {"right", "mistakes", "blank"}
        assert here["right"]["score"] == 20
        assert {name: one["results"] for name, one in here.items()} == {
            name: one["results"] for name, one in far.items()
        }
        for name, one in here.items():
            assert set(one["arrays"]) == set(far[name]["arrays"])
            for part, array in one["arrays"].items():
                np.testing.assert_array_equal(array, far[name]["arrays"][part])

    def test_the_rehearsal_is_the_grade(self, reports) -> None:
        """A student's own run, far away, says what the grader says here."""
        (rehearsed,) = reports["rehearsed"].values()
        assert rehearsed["results"] == reports["here"]["mistakes"]["results"]


def class_of(course: Path) -> None:
    """A course with three submissions."""
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    place = Path("building-a-brain", "building-a-brain.ipynb")
    mini.put(course / "release" / place, mini.released())
    for name, notebook in {
        "right": mini.submitted(train=ANSWERS["train"]),
        "mistakes": mini.submitted(**ANSWERS),
        "blank": mini.released(),
    }.items():
        mini.put(course / "submitted" / name / place, notebook)


def autograder(
    arguments: list[str],
    folder: Path,
    variables: Mapping[str, str],
    *,
    umask: int = -1,
    cores: set[int] | None = None,
) -> None:
    """Run a command in a process of its own; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "autograder.cli", *arguments],
        cwd=folder,
        env=dict(variables),
        umask=umask,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def results(folder: Path) -> dict[str, dict]:
    """What was graded, by name."""
    found = {}
    for path in sorted(folder.glob("*/*/report.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        found[path.parent.name] = {
            "results": {name: report[name] for name in ("checks", "measures", "status", "reason")},
            "score": sum(one["points"] for one in report["checks"]),
            "arrays": load(path.parent).arrays,
        }
    return found


@dataclass(frozen=True)
class CheckSession:
    """A student's own machine: its variables, what its first cell sets, what is answered there."""

    variables: Mapping[str, str] = field(default_factory=dict)
    cell: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    keras: Mapping[str, str] = field(default_factory=dict)


ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
DESKS = {
    "one thread, no oneDNN": CheckSession({**ONE_THREAD, "TF_ENABLE_ONEDNN_OPTS": "0"}),
    "many threads, oneDNN": CheckSession(
        {"TF_ENABLE_ONEDNN_OPTS": "1"},
        "import tensorflow as tf\n"
        "tf.config.threading.set_intra_op_parallelism_threads(8)\n"
        "tf.config.threading.set_inter_op_parallelism_threads(4)",
    ),
    "deterministic": CheckSession(
        ONE_THREAD,
        "import tensorflow as tf\ntf.config.experimental.enable_op_determinism()",
        {"train": STREAM},
    ),
    "far away": CheckSession(FAR_AWAY, "import locale\nlocale.setlocale(locale.LC_ALL, '')"),
    "settings of Keras": CheckSession(
        ONE_THREAD,
        keras={"backend": "jax", "floatx": "float64", "image_data_format": "channels_first"},
    ),
}


@pytest.mark.slow
@pytest.mark.kernel
class TestOwnKernel:
    """The checks as they answer in a student's notebook."""

    @pytest.fixture(scope="class")
    @staticmethod
    def usual(sample_keras, tmp_path_factory) -> Answers:
        """On a machine with nothing set."""
        return answers(CheckSession(ONE_THREAD), sample_keras, tmp_path_factory.mktemp("usual"))

    def test_here(self, usual) -> None:
        """What the others are compared with: two mistakes, and the rest right."""
        assert usual.points == {
            **{name: float(points) for name, points in mini.POINTS.items()},
            "parameters": 0.0,
            "predict": 0.0,
        }
        assert "7,840" in usual.words["parameters"]

    @pytest.mark.parametrize("name", DESKS)
    def test_elsewhere(self, usual, sample_keras, tmp_path, decimal_comma, name) -> None:
        """The same points and words; of the accuracy what other rounding makes of it."""
        more = decimal_comma if name == "far away" else {}
        found = answers(DESKS[name], sample_keras, tmp_path / ODD_FOLDER, more)
        assert found.points == usual.points
        assert found.words == usual.words
        assert found.shares == pytest.approx(usual.shares, abs=100 * NOISE)


@dataclass(frozen=True)
class Answers:
    """What each check showed in words, without the percentages in them, and gave as points."""

    words: dict[str, str]
    shares: list[float]
    points: dict[str, float]


def answers(
    student: CheckSession, keras: Path, folder: Path, more: Mapping[str, str] | None = None
) -> Answers:
    """Run the notebook in a kernel as a student would."""
    folder.mkdir(exist_ok=True)
    home = shutil.copytree(keras, folder / "keras home")
    (home / "keras.json").write_text(json.dumps({"backend": "tensorflow", **student.keras}))
    notebook = mini.submitted(**{**ANSWERS, **student.answers})
    first = nbformat.v4.new_code_cell("\n".join(filter(None, [student.cell, SEED])))
    # After the lesson's own first cell: what a student sets comes later.
    notebook.cells.insert(2, first)
    variables = {**os.environ, **student.variables, **(more or {}), "KERAS_HOME": str(home)}
    variables.pop(EVIDENCE_VARIABLE, None)
    NotebookClient(notebook, timeout=300).execute(cwd=str(folder), env=variables)
    shown = {name: mini.cell_of(notebook, f"check-{name}").outputs for name in mini.RIGHT}
    texts = {name: outputs[0].data["text/plain"] for name, outputs in shown.items()}
    values = {name: float(outputs[1].data["text/plain"]) for name, outputs in shown.items()}
    return Answers(
        words={name: PERCENT.sub("# %", text) for name, text in texts.items()},
        shares=[float(one[:-2]) for text in texts.values() for one in PERCENT.findall(text)],
        points=values,
    )
