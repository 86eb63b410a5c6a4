"""The judge's report on a submission. Plain values, no input or output."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

# Not really a misconception: the recorded evidence contradicts itself. The same in every lesson.
CONTRADICTION = "contradictory-evidence"


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A measured number, the ``threshold``, and ``low`` to ``high`` of right solutions.

    All of them are fractions between 0 and 1. ``note`` is a sentence on how it was measured.
    """

    value: float
    threshold: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The result of one check. ``id`` is ``question.check``, as in ``build.layers``.

    ``message``, ``help``, ``why`` and ``how`` are the hint levels: what was found, what to look at
    next, why it matters, how to fix it. For a check that passed, ``why`` is one more fact to know.
    The texts of a ``hidden`` check are for the instructor; see :meth:`for_student`.
    """

    id: str
    question: str
    outcome: Outcome
    points: float
    max_points: float
    message: str
    help: str = ""
    why: str = ""
    how: str = ""
    misconception: str | None = None
    standing: Standing | None = None
    hidden: bool = False

    def for_student(self) -> CheckResult:
        """Return what a student may see: of a hidden check the outcome, and help if it failed."""
        if not self.hidden:
            return self
        messages = {
            Outcome.PASSED: "A hidden check passed.",
            Outcome.FAILED: "A hidden check failed.",
        }
        return replace(
            self,
            id=f"{self.question}.hidden",
            message=messages.get(self.outcome, "A hidden check was not run."),
            help=self.help if self.outcome is Outcome.FAILED else "",
            why="",
            how="",
            misconception=None,
            standing=None,
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """All results for one submission.

    ``status`` is ``failed`` only where the file could not be read; ``reason`` says why, or why a
    run ended early. ``measures`` holds numbers that checks recorded, such as ``accuracy``;
    ``full_score`` is the lesson's sum of points, for a submission that has no checks; ``trouble``
    is the traceback where the grader itself failed; ``results_folder`` is the folder of its results
    and ``folder`` the one that was handed in, where it belongs to this submission alone. ``source``
    is the submitted path relative to the folder of all results, which distinguishes two submissions
    of the same name. ``shared``: another submission with the same program was run in its place.
    ``warm``: TensorFlow was loaded beforehand, not once more for this run. ``interrupted``: the run
    was ended by something that was perhaps not the student's doing. ``limits`` names the limits
    that the run met; ``program`` is the same for all submissions that are the same program, and
    ``job`` names the run that was judged. ``followed`` is the program of a second run, with the
    solution in the place of what later questions could not use. ``training`` says whether a
    training was ``replayed`` that the trainer did, or all were the submission's ``own``.
    """

    name: str
    notebook: str
    status: str = "graded"
    reason: str | None = None
    isolation: str = "none"
    seconds: float = 0.0
    shared: bool = False
    warm: bool = True
    training: Literal["replayed", "own"] = "own"
    interrupted: bool = False
    limits: tuple[str, ...] = ()
    program: str = ""
    job: str = ""
    followed: str = ""
    lesson: str = ""
    folder: str = ""
    source: str = ""
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    measures: dict[str, float] = field(default_factory=dict)
    full_score: float = 0.0
    trouble: str | None = None
    results_folder: str = ""

    @property
    def score(self) -> float:
        """Points earned."""
        return round(sum(check.points for check in self.checks), 6)

    @property
    def max_score(self) -> float:
        """Points that could be earned here."""
        if not self.checks:
            return self.full_score
        return round(sum(check.max_points for check in self.checks), 6)

    def of(self, question: str) -> tuple[CheckResult, ...]:
        """Return the results of one question's checks."""
        return tuple(check for check in self.checks if check.question == question)

    @property
    def needs_review(self) -> bool:
        """Whether it needs manual review: a check could not decide, or nothing was checked."""
        unclear = any(check.outcome is Outcome.ERROR for check in self.checks)
        return self.status == "failed" or self.interrupted or unclear

    @property
    def first_message(self) -> str:
        """The message for a class list: the reason, else what is open, else what is not right."""
        open_ = (check.message for check in self.checks if check.outcome is Outcome.ERROR)
        settled = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
        messages = (check.message for check in self.checks if check.outcome not in settled)
        return self.reason or next(open_, None) or next(messages, "Everything is right.")
