"""The checks as a student calls them: hand in, judge, show. In grading they only hand in.

Where ``AUTOGRADER_EVIDENCE`` names a folder, the notebook is being graded: the evidence is
written there, and another process judges it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Literal

from autograder import dataset
from autograder.course import Course, Settings
from autograder.errors import DatasetError
from autograder.evidence import EVIDENCE_VARIABLE, Arrays, Evidence, Record, Run
from autograder.judge import judge
from autograder.lesson import Lesson
from autograder.notebook import kernel
from autograder.notebook.blank import Blank
from autograder.render import html, words
from autograder.report import Outcome

VALIDATING = "NBGRADER_VALIDATING"


class CheckFailed(Exception):
    """Raised by a check under nbgrader's *Validate*, which counts only exceptions."""


class Desk:
    """One kernel's recorder, and the judge behind each check."""

    def __init__(self, lesson: Lesson) -> None:
        _use_our_data()
        _use_tensorflow()
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with kernel.hushed():
            # Only now: Keras reads the environment once, when it is imported.
            from autograder.recorder import Recorder  # noqa: PLC0415

        folder = os.environ.get(EVIDENCE_VARIABLE)
        self.lesson = lesson
        self.graded = folder is not None
        self.recorder = Recorder(Path(folder) if folder else None)
        self.recorder.watch()
        self.cells = kernel.Cells(lesson, Course().released(lesson))
        kernel.greet_blanks(self.cells)

    def blank(self, name: str) -> Blank:
        """A blank of this name."""
        return Blank(name)

    def check(self, question: str, **claims: object) -> float | None:
        """Hand in; then show what the checks say, and give the points as a float.

        In grading nothing is shown and nothing returned: the judge fills it in.
        """
        self.recorder.hand_in(question, claims)
        if self.graded:
            return None
        verdicts = judge([("notebook", self.evidence())], self.lesson, settings=Settings())
        results = [one for one in verdicts["notebook"].checks if one.question == question]
        asked = self.lesson.question(question)
        kernel.show(html.answer(asked, results), words.answer(asked, results))
        if os.environ.get(VALIDATING) and any(
            one.outcome not in (Outcome.PASSED, Outcome.NOT_APPLICABLE) for one in results
        ):
            raise CheckFailed(words.answer(asked, results))
        return float(sum(one.points for one in results))

    def evidence(self, also: Arrays | None = None) -> Evidence:
        """All that was recorded in this kernel, as the judge reads it, and ``also`` arrays."""
        recorded, arrays = self.recorder.recorded()
        run = Run(lesson=self.lesson.name, data=self._data(), isolation="own kernel")
        record = Record(run=run, cells=self.cells.seen(), recorded=recorded)
        return Evidence(record=record, arrays={**arrays, **(also or {})})

    def _data(self) -> Literal["full", "sample"]:
        # The first checks come before the cell that lets Keras download the images.
        with contextlib.suppress(DatasetError):
            return "sample" if self.recorder.data.notice else "full"
        return "full"


def _use_our_data() -> None:
    """Let Keras find the images that ``autograder data`` provided, also where it is the sample."""
    home = dataset.active_home()
    if home == dataset.sample_home():
        os.environ["KERAS_HOME"] = str(home)
        text = dataset.load(home).notice or ""
        kernel.show(html.notice(text), text)


def _use_tensorflow() -> None:
    """Let Keras compute with TensorFlow, and `tf.keras` be Keras, whatever else is set here."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
