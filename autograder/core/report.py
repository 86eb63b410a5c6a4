"""What the judge says of a submission. Plain values, no input or output."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

# The misconception that is none: what was recorded cannot all be true. Every lesson calls it so.
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
    """Where a measured number stands: the bar, and ``low`` to ``high`` of right solutions.

    All of them are fractions, between 0 and 1. ``note`` is a sentence on how it was measured.
    """

    value: float
    bar: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The result of one check. ``id`` is ``question.check``, as in ``build.layers``.

    ``message``, ``help``, ``why`` and ``how`` are the rungs of a ladder: what was found, what to
    look at next, why it matters, how to put it right. Of a check that passed, ``why`` is one thing
    more to know. What a ``hidden`` check says is for the instructor; see :meth:`for_student`.
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
        """What a student is shown: of a hidden check the outcome, and the help where it failed."""
        if not self.hidden:
            return self
        told = {
            Outcome.PASSED: "A hidden check passed.",
            Outcome.FAILED: "A hidden check failed.",
        }
        return replace(
            self,
            id=f"{self.question}.hidden",
            message=told.get(self.outcome, "A hidden check was not looked at."),
            help=self.help if self.outcome is Outcome.FAILED else "",
            why="",
            how="",
            misconception=None,
            standing=None,
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that was found out about one submission.

    ``status`` is ``failed`` only where the file could not be read; ``reason`` says why, or why a
    run ended early. ``measures`` holds numbers that checks noted, such as ``accuracy``;
    ``full_score`` is the lesson's sum of points, for a submission that has no checks; ``trouble``
    is the traceback where the grader itself failed; ``place`` is the folder of its results and
    ``folder`` the one that was handed in, where it belongs to this submission alone. ``source`` is
    what was handed in as seen from the folder of all results, which tells two of one name apart.
    ``shared``: not it was run, but another submission with the same program. ``warm``: TensorFlow
    was loaded beforehand, and not once more for this run. ``interrupted``: the run was ended by
    something that was perhaps not the student's doing. ``limits`` names the limits that the run
    met; ``program`` is the same for all submissions that are the same program, and ``job`` names
    the run that was judged.
    """

    name: str
    notebook: str
    status: str = "graded"
    reason: str | None = None
    isolation: str = "none"
    seconds: float = 0.0
    shared: bool = False
    warm: bool = True
    interrupted: bool = False
    limits: tuple[str, ...] = ()
    program: str = ""
    job: str = ""
    lesson: str = ""
    folder: str = ""
    source: str = ""
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    measures: dict[str, float] = field(default_factory=dict)
    full_score: float = 0.0
    trouble: str | None = None
    place: str = ""

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
        """The results of one question's checks."""
        return tuple(check for check in self.checks if check.question == question)

    @property
    def needs_a_look(self) -> bool:
        """Whether a person has to look: a check could not tell, or nothing was checked."""
        unclear = any(check.outcome is Outcome.ERROR for check in self.checks)
        return self.status == "failed" or self.interrupted or unclear

    @property
    def first_message(self) -> str:
        """What a class list shows: the reason, else what is open, else what is not right."""
        open_ = (check.message for check in self.checks if check.outcome is Outcome.ERROR)
        told = (check.message for check in self.checks if check.outcome is not Outcome.PASSED)
        return self.reason or next(open_, None) or next(told, "Everything is right.")
