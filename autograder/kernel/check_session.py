"""The checks as a student calls them: record, judge, show. In grading they only record.

Where ``AUTOGRADER_EVIDENCE`` names a folder, the notebook is being graded: the evidence is
written there, and another process judges it.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, ParamSpec

from autograder import datasets
from autograder.core.config import Course
from autograder.core.errors import DatasetError
from autograder.core.evidence import EVIDENCE_VARIABLE, Arrays, Evidence, Fit, Model, Record, Run
from autograder.core.lesson import Lesson
from autograder.core.progress import SETTLED, Progress
from autograder.core.report import CheckResult
from autograder.core.verdicts import Verdicts
from autograder.judge.inference import UnknownLayer
from autograder.judge.runner import judge
from autograder.kernel import ipython
from autograder.kernel.cell_tracker import Cells
from autograder.kernel.earlier_runs import without_earlier
from autograder.kernel.hints import Hints
from autograder.kernel.notebook_check import Check
from autograder.kernel.placeholder import Blank, used
from autograder.kernel.staleness import doubts
from autograder.reports import html, phrases, progress_card

VALIDATING = "NBGRADER_VALIDATING"
P = ParamSpec("P")
EDITED = "The cell was changed after it was last run: run it again, then this check."
EARLIER = (
    "An earlier attempt in this kernel earned more. What counts is the notebook as it is now, run"
    " from the top."
)


class CheckFailed(Exception):
    """Raised by a check under nbgrader's *Validate*, which counts only exceptions."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the message alone, without the traceback through our code."""
        return [str(self)]


class CheckSession:
    """One kernel's recorder, and the judge behind each check."""

    def __init__(self, lesson: Lesson) -> None:
        dataset = datasets.of(lesson)
        _use_our_data(dataset)
        _use_tensorflow()
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with ipython.hushed():
            # Only now: Keras reads the environment once, when it is imported.
            from autograder.kernel.recorder import Recorder  # noqa: PLC0415
            from autograder.kernel.recorder.trainer_client import TrainerClient  # noqa: PLC0415

        folder = os.environ.get(EVIDENCE_VARIABLE)
        released = Course().released(lesson)
        self.lesson = lesson
        self.graded = folder is not None
        trainer = TrainerClient.inherited() if folder else None
        self.recorder = Recorder(Path(folder) if folder else None, dataset, trainer)
        self.recorder.watch()
        self.cells = Cells(lesson, released, ipython.names())
        self._hints = {one.name: Hints(one) for one in lesson.questions}
        ipython.listen(self._start, self._end, lesson, released)
        if not self.graded:
            # The first verdict takes half a second more than all others, and the first card a
            # tenth: not the student's.
            self._verdicts()
            html.notice("")

    def each_epoch(
        self, history: object, measure: Callable[[Evidence, Model, Fit], Sequence[float]]
    ) -> list[float]:
        """Return what ``measure`` gives for each epoch of the training with this history.

        ``nan`` for those where it cannot be computed: in a history from another kernel, or with a
        network of unknown layers.
        """
        found: list[float] = []
        if fit := self.recorder.fit_of(used(history)):
            model, arrays = self.recorder.describe(fit.model)
            with contextlib.suppress(UnknownLayer):
                found = [*measure(self.evidence(arrays), model, fit)]
        curves = getattr(history, "history", history)
        lengths = [len(curve) for curve in curves.values()] if isinstance(curves, dict) else []
        return [*[math.nan] * (max(lengths, default=0) - len(found)), *found]

    def asks(self, declared: Callable[P, float | None]) -> Check[P]:
        """Return the check that a function declares.

        It is named after the question, its parameters name what is handed in, its docstring is
        shown to students, and its body stays empty.
        """
        return Check(self, declared)

    def blank(self, name: str) -> Blank:
        """Return a blank with this name."""
        return Blank(name)

    def check(self, question: str, **claims: object) -> float | None:
        """Hand in; then show what the checks found, and return the points as a float.

        In grading nothing is shown or returned: the judge adds the points.
        """
        self.recorder.record_answer(question, claims)
        self.cells.check(question)
        if self.graded:
            return None
        verdicts, checked = self._verdicts(), self.lesson.question(question)
        results = verdicts.of(question)
        self._hints[question] = Hints(checked, results)
        so_far = f"{phrases.points(verdicts.checks)} so far"
        edited = EDITED if self.cells.edited(question, ipython.notebook_file()) else ""
        footer = [one for one in (edited, self._remark(results), self._offer(question)) if one]
        ipython.show(
            html.answer(checked, results, so_far=so_far, footer=footer),
            phrases.answer(checked, results, so_far=so_far, footer=footer),
        )
        if os.environ.get(VALIDATING) and any(one.outcome not in SETTLED for one in results):
            raise CheckFailed(phrases.answer(checked, results))
        return float(sum(one.points for one in results))

    def hint(self, question: str) -> None:
        """Show how to correct what is not right yet; nothing in grading."""
        self._show(question, "a hint", self._hints[question].hint)

    def why(self, question: str) -> None:
        """Show why what is not right yet matters; nothing in grading."""
        self._show(question, "why it matters", self._hints[question].why)

    def progress(self) -> None:
        """Show where the student stands and what comes next; nothing in grading."""
        if self.graded:
            return
        verdicts = self._verdicts()
        current = Progress(
            lesson=self.lesson,
            results=verdicts.checks,
            measures=verdicts.measures,
            doubts=doubts(self.cells.ran, self.cells.removed, self.lesson),
        )
        ipython.show(progress_card.page(current), progress_card.text(current))

    @property
    def threshold(self) -> float:
        """The accuracy that is asked for on the images that there are, from 0 to 1."""
        return self.lesson.thresholds[self._data()]

    def evidence(self, also: Arrays | None = None, *, earlier: bool = False) -> Evidence:
        """Return what was recorded in this kernel, as the judge reads it, plus ``also``.

        What only an earlier run of a cell did is left out, unless ``earlier`` is set.
        """
        recorded, arrays = self.recorder.recorded()
        if not earlier:
            stale = {one.name: self.cells.stale(one.name) for one in self.lesson.questions}
            runs, superseded = self.recorder.runs, self.cells.superseded
            recorded = without_earlier(recorded, runs, superseded, stale)
        run = Run(lesson=self.lesson.name, data=self._data(), isolation="own kernel")
        record = Record(run=run, cells=self.cells.records(), recorded=recorded)
        return Evidence(record=record, arrays={**arrays, **(also or {})})

    def _verdicts(self, *, earlier: bool = False) -> Verdicts:
        evidence = self.evidence(earlier=earlier)
        return judge([("notebook", evidence)], self.lesson)["notebook"]

    def _remark(self, results: Sequence[CheckResult]) -> str:
        """Return a sentence where an earlier attempt earns more than the cells as they stand."""
        if not self.cells.superseded or all(one.outcome in SETTLED for one in results):
            return ""
        before = self._verdicts(earlier=True).of(results[0].question)
        if sum(one.points for one in before) <= sum(one.points for one in results):
            return ""
        return EARLIER

    def _start(self, _: Any) -> None:
        if self.graded:
            # The grader runs each cell once, and knows what is in it.
            return
        self.cells.start()
        self.recorder.runs.now = self.cells.turn

    def _end(self, result: Any) -> None:
        if self.graded:
            return
        self.cells.note(result)
        self.recorder.note_compiled(
            ipython.names().get(name) for one in self.lesson.questions for name in one.leaves
        )

    def _offer(self, question: str) -> str:
        """Return a line about the available help, empty where nothing is wrong."""
        if not self._hints[question].is_open:
            return ""
        return f"More help, if you like: `check.{question}.hint()`, `check.{question}.why()`."

    def _show(self, question: str, what: str, message: Callable[[], str]) -> None:
        if self.graded:
            return
        answered, text = self.lesson.question(question), message()
        ipython.show(html.hint(answered, what, text), f"{answered.title}: {text}")

    def _data(self) -> Literal["full", "sample"]:
        # The first checks come before the cell that lets Keras download the images.
        with contextlib.suppress(DatasetError):
            return "sample" if self.recorder.data.notice else "full"
        return "full"


def _use_our_data(dataset: datasets.Dataset) -> None:
    """Let Keras find the images that ``autograder data`` provided, also where it is the sample."""
    home = dataset.active_home()
    if home == datasets.sample_home():
        os.environ["KERAS_HOME"] = str(home)
        text = dataset.load(home).notice or ""
        ipython.show(html.notice(text), text)


def _use_tensorflow() -> None:
    """Let Keras compute with TensorFlow, and `tf.keras` be Keras, whatever else is set here."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
