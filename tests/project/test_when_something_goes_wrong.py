"""The page for students in trouble quotes what our code, and what is under it, really says."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import nbformat
import nbgrader
import numpy as np
import pytest
from nbgrader.preprocessors import Execute
from support import deeper_builder, quoted
from support.evidence_builder import (
    BLANK,
    GPU,
    LESSON,
    Submission,
    arrays,
    cell,
    changed,
    devices,
    fit,
    trained,
    untouched,
)

from autograder.core import printable
from autograder.core.config import Settings
from autograder.core.errors import DatasetError, IsolationError
from autograder.core.evidence import Answer, Cell, Evidence
from autograder.core.lesson import Lesson
from autograder.datasets.fashion_mnist import DATASET
from autograder.grading.discovery import choose
from autograder.judge.runner import judge
from autograder.nbgrader_plugin.course_config import environment_variable
from autograder.reports import phrases
from autograder.sandbox.pool import SandboxPool
from autograder.sandbox.protocol import End, Ended
from autograder.sandbox.run_state import RunState, ending

# These take a JupyterLab: ``tests/browser`` looks at them.
IN_A_BROWSER = {"NameError after a restart", "The kernel dies", "Validate says that a cell failed"}


def checked(
    *works: Submission | Evidence | deeper_builder.Submission, lesson: Lesson = LESSON
) -> Callable[[Path], str]:
    """What the checks say of each of these."""

    def shown(tmp_path: Path) -> str:
        found = [one if isinstance(one, Evidence) else one.evidence() for one in works]
        verdicts = judge([(str(number), one) for number, one in enumerate(found)], lesson)
        return "\n".join(
            phrases.answer(
                one, [check for check in one_verdict.checks if check.question == one.name]
            )
            for one_verdict in verdicts.values()
            for one in lesson.questions
        )

    return shown


def in_turn(*sayings: Callable[[Path], str]) -> Callable[[Path], str]:
    """What is said in several lessons."""
    return lambda tmp_path: "\n".join(shown(tmp_path) for shown in sayings)


def nameless() -> Evidence:
    """A model was built, under another name than the check asks for."""
    evidence = Submission(answers={"build": None}).evidence()
    missing = {"ename": "NameError", "evalue": "name 'model' is not defined"}
    check = Cell(index=50, grade_id="check-build", status="error", **missing)
    cells = (*evidence.record.cells, check)
    return replace(evidence, record=changed(evidence.record, cells=cells))


def blank(question: str, **claims: object) -> dict[str, Answer]:
    """A hand-in of one question."""
    return {question: Answer(question=question, claims=claims)}


def without_pictures(tmp_path: Path) -> str:
    """What Keras says without a network, and what we say of files that are not whole."""
    with pytest.raises(Exception, match="127") as fetching:
        keras.utils.get_file("x", "http://127.0.0.1:9/x", cache_dir=tmp_path)
    shown = [f"{fetching.type.__name__}: {fetching.value}"]
    whole = gzip.compress(bytes(1000))
    for content in (None, whole[:-8]):
        if content:
            (tmp_path / DATASET.files["train_images"]).write_bytes(content)
        with pytest.raises(DatasetError) as error:
            DATASET.verify(tmp_path)
        shown.append(str(error.value))
    return "\n".join(shown)


def in_another_python(tmp_path: Path) -> str:
    """What the first cell says in a Python in which nothing is installed."""
    cells = nbformat.read(LESSON.released, nbformat.NO_CONVERT).cells
    first = next(one.source for one in cells if one.id == "setup")
    bare = [sys.executable, "-I", "-S", "-c", first]
    return subprocess.run(bare, cwd=tmp_path, capture_output=True, text=True, check=True).stdout


def not_validated(tmp_path: Path) -> str:
    """What stops a validation: nbgrader's own limit, or a machine without sealed sandboxes."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho --size; exit 1\n")
    broken.chmod(0o755)
    pool = SandboxPool(settings=Settings(), data_home=tmp_path)
    with (
        environment_variable("PATH", f"{tmp_path}:{os.environ['PATH']}"),
        pytest.raises(IsolationError) as error,
        pool.lend(threading.Event()),
    ):
        pass
    pool.close()
    (late,) = Execute().error_on_timeout["traceback"]
    return f"{printable.plain(late)}\n{error.value}"


def renamed(tmp_path: Path) -> str:
    """What is told of a notebook with another name, and of two."""
    one, two = (tmp_path / name for name in ("mine.ipynb", LESSON.notebook))
    one.touch()
    two.touch()
    notes = [choose(given, LESSON.notebook)[1] for given in ([one], [one, two])]
    return "\n".join(line for one_verdict in notes for line in one_verdict)


def late(tmp_path: Path) -> str:
    """The page of feedback of nbgrader, with a number where it writes one."""
    template = Path(nbgrader.__file__).parent.joinpath(
        "server_extensions", "formgrader", "templates", "feedback", "index.html.j2"
    )
    return re.sub(r"\{\{.*?\}\}", "2.0", template.read_text())


PRODUCED: dict[str, Callable[[Path], str]] = {
    "The check says “not attempted”, and the blank is filled": checked(
        untouched(),
        Submission(answers=blank("parameters", number_of_parameters=BLANK)),
        nameless(),
    ),
    "Training was cut short": checked(
        Submission(fits=(fit(epochs_done=2, steps=900, interrupted=True, means=(), snapshots=()),))
    ),
    "The accuracy is below the threshold": in_turn(
        checked(
            Submission(
                fits=(fit(batch_size=1024, steps=60, snapshots=(1,) * 5),),
                arrays=lambda: arrays(trained(batch=1024, rate=0.0001)),
            )
        ),
        checked(
            deeper_builder.trained_with(
                deeper_builder.fit(batch_size=6_000, steps=12, snapshots=(1,) * 6),
                arrays=deeper_builder.weights(np.negative),
            ),
            lesson=deeper_builder.LESSON,
        ),
    ),
    "The images cannot be loaded": without_pictures,
    "There are fewer than 60,000 images": lambda tmp_path: DATASET.notice,
    "No GPU is seen": checked(Submission(), Submission(devices=devices(offered=(GPU,)))),
    "A cell never ends": checked(
        Submission(
            answers=blank("build", model=BLANK),
            cells={"build": cell("build", status="timeout")},
        )
    ),
    "An old kernel, or another one": in_another_python,
    "Validate cannot run the notebook": not_validated,
    "The notebook has another name": renamed,
    "It was handed in late": late,
}


def test_each_entry_is_looked_at() -> None:
    """And there is none that is looked at and not on the page."""
    assert set(quoted.entries()) == set(PRODUCED) | IN_A_BROWSER
    assert all(quoted.entries().values())


@pytest.mark.parametrize("title", PRODUCED)
def test_what_is_quoted_is_really_said(title: str, tmp_path: Path) -> None:
    """Each message, word for word."""
    assert quoted.missing(title, PRODUCED[title](tmp_path)) == []


def test_words_that_nobody_says_are_found() -> None:
    """The comparison can fail."""
    assert quoted.missing("Training was cut short", "Training went well.") != []


def test_the_reason_of_a_dead_kernel_is_the_graders() -> None:
    """The part of that entry which needs no browser."""
    stopped = ending(RunState(job="", ended=Ended(end=End.KERNEL_DIED)), cell_seconds=1)
    assert stopped.why in quoted.entries()["The kernel dies"]
